-- Every move of stock by which an inspection may be recorded. One that has landed and is not here is gone.
SELECT
  t.id,
  t.type
FROM transaction t
WHERE t.type IN ('StatChng', 'BinTrnfr', 'InvTrnfr')
  AND {changed}
  AND {after}
ORDER BY {order}
