-- The second witness: counted by the ERP itself, before and after an extraction. TO_CHAR keeps the sum exact.
SELECT
  t.type,
  c.symbol AS currency,
  COUNT(*) AS document_count,
  TO_CHAR(SUM(t.foreigntotal)) AS document_total
FROM transaction t
LEFT JOIN currency c ON c.id = t.currency
WHERE t.type IN ('SalesOrd', 'CustInvc', 'CashSale', 'RtnAuth', 'ItemRcpt', 'CustCred', 'CashRfnd')
  AND t.voided = 'F'
GROUP BY t.type, c.symbol
ORDER BY t.type, c.symbol
