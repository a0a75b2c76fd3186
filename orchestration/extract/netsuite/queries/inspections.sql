-- What the warehouse found, per receipt line: a record of the merchant's own, since a status change carries no link to the return.
SELECT
  n.id,
  n.custrecord_inspection_receipt AS receipt,
  n.custrecord_inspection_line AS receipt_line,
  n.custrecord_inspection_result AS result,
  n.custrecord_inspection_quantity AS quantity,
  n.isinactive,
  TO_CHAR(SYS_EXTRACT_UTC(n.custrecord_inspection_date), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS inspected,
  TO_CHAR(SYS_EXTRACT_UTC(n.lastmodified), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS lastmodifieddate
FROM customrecord_return_inspection n
WHERE {changed}
  AND {after}
ORDER BY {order}
