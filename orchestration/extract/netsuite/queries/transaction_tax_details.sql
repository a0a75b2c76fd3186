-- Tax by line and code. A code is known to people by its item name, not by its id.
SELECT
  d.transaction,
  d.line,
  d.taxcode,
  s.itemid AS taxcode_name,
  d.taxrate,
  d.taxamount,
  TO_CHAR(SYS_EXTRACT_UTC(t.lastmodifieddate), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS lastmodifieddate
FROM transactiontaxdetail d
INNER JOIN transaction t ON t.id = d.transaction
LEFT JOIN salestaxitem s ON s.id = d.taxcode
WHERE t.type IN ('SalesOrd', 'CustInvc', 'CashSale', 'RtnAuth', 'CustCred', 'CashRfnd')
  AND {changed}
  AND {after}
ORDER BY {order}
