-- Every inspection that there is, inactive ones too. One that has landed and is not here is gone: what the ERP records of
-- deletions names the records of an account's own by no type that can be known before.
SELECT
  n.id
FROM customrecord_return_inspection n
WHERE {changed}
  AND {after}
ORDER BY {order}
