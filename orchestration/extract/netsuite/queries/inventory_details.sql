-- Where the units of a receipt, or of a later move, stand: location, bin and status, by lot; and the line's own field of
-- an inspection. A move shows as two rows: units out of one place (negative) and into another.
SELECT
  a.transaction,
  a.line,
  a.inventorynumber,
  a.inventorystatus,
  a.bin,
  a.type,
  a.item,
  a.location,
  a.inventorystatus_name,
  a.bin_name,
  a.location_name,
  a.inspection_field,
  a.quantity,
  a.voided,
  TO_CHAR(SYS_EXTRACT_UTC(a.createddate), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS createddate,
  TO_CHAR(SYS_EXTRACT_UTC(a.lastmodifieddate), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS lastmodifieddate
FROM (
  SELECT
    tl.transaction,
    tl.id AS line,
    {lot} AS inventorynumber,
    {status} AS inventorystatus,
    {bin} AS bin,
    MIN(t.type) AS type,
    MIN(tl.item) AS item,
    MIN({location}) AS location,
    MIN({status_name}) AS inventorystatus_name,
    MIN({bin_name}) AS bin_name,
    MIN({location_name}) AS location_name,
    MIN({inspection_field}) AS inspection_field,
    SUM({units}) AS quantity,
    MIN(t.voided) AS voided,
    MIN(t.createddate) AS createddate,
    MIN(t.lastmodifieddate) AS lastmodifieddate
  FROM transactionline tl
  INNER JOIN transaction t ON t.id = tl.transaction
  {details}
  WHERE t.type IN ('ItemRcpt', 'StatChng', 'BinTrnfr', 'InvTrnfr')
    AND tl.mainline = 'F'
    AND tl.item IS NOT NULL
    AND NVL(tl.iscogs, 'F') = 'F'
  GROUP BY tl.transaction, tl.id, {lot}, {status}, {bin}
) a
WHERE {changed}
  AND {after}
ORDER BY {order}
