-- Posting periods: months, without the quarters and years that group them.
SELECT
  p.id,
  p.periodname,
  TO_CHAR(p.startdate, 'YYYY-MM-DD') AS startdate,
  TO_CHAR(p.enddate, 'YYYY-MM-DD') AS enddate,
  p.closed,
  p.arlocked,
  p.alllocked,
  TO_CHAR(SYS_EXTRACT_UTC(p.lastmodifieddate), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS lastmodifieddate
FROM accountingperiod p
WHERE p.isquarter = 'F'
  AND p.isyear = 'F'
  AND p.isinactive = 'F'
  AND {changed}
  AND {after}
ORDER BY {order}
