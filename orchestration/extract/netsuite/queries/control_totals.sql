-- The second witness: counted by the ERP itself, before and after an extraction. TO_CHAR keeps the sum exact; a
-- document that posts to no period counts under period 0.
SELECT
  w.type,
  w.currency,
  w.postingperiod,
  w.document_count,
  TO_CHAR(w.document_total) AS document_total
FROM (
  SELECT
    t.type,
    c.symbol AS currency,
    NVL(t.postingperiod, 0) AS postingperiod,
    COUNT(*) AS document_count,
    SUM(t.foreigntotal) AS document_total
  FROM transaction t
  LEFT JOIN currency c ON c.id = t.currency
  WHERE t.type IN ('SalesOrd', 'CustInvc', 'CashSale', 'RtnAuth', 'ItemRcpt', 'CustCred', 'CashRfnd')
    AND t.voided = 'F'
  GROUP BY t.type, c.symbol, NVL(t.postingperiod, 0)
) w
WHERE {changed}
  AND {after}
ORDER BY {order}
