-- Tax by line and code: several details of one line may name one code, where several authorities levy it. A code is known
-- to people by its item name, not by its id.
SELECT
  d.transaction,
  d.line,
  d.taxcode,
  MIN(s.itemid) AS taxcode_name,
  SUM(d.taxrate) AS taxrate,
  SUM(d.taxamount) AS taxamount,
  TO_CHAR(SYS_EXTRACT_UTC(MIN(t.lastmodifieddate)), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS lastmodifieddate
FROM transactiontaxdetail d
INNER JOIN transaction t ON t.id = d.transaction
LEFT JOIN salestaxitem s ON s.id = d.taxcode
WHERE t.type IN ('SalesOrd', 'CustInvc', 'CashSale', 'RtnAuth', 'CustCred', 'CashRfnd')
  AND {changed}
  AND {after}
GROUP BY d.transaction, d.line, d.taxcode
ORDER BY {order}
