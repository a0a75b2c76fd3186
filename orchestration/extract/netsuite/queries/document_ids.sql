-- Every document that there is. One that has landed and is not here is gone, also where no deletion was recorded.
SELECT
  t.id,
  t.type
FROM transaction t
WHERE t.type IN ('SalesOrd', 'CustInvc', 'CashSale', 'RtnAuth', 'ItemRcpt', 'CustCred', 'CashRfnd')
  AND {changed}
  AND {after}
ORDER BY {order}
