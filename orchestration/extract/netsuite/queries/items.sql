-- Items by SKU.
SELECT
  i.id,
  i.itemid,
  i.itemtype,
  i.isinactive,
  i.averagecost,
  i.cost,
  TO_CHAR(SYS_EXTRACT_UTC(i.lastmodifieddate), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS lastmodifieddate
FROM item i
WHERE {changed}
  AND {after}
ORDER BY {order}
