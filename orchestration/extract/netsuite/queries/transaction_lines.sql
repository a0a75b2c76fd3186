-- Every line of each document that is asked for: a changed document's lines are rewritten together.
SELECT
  tl.transaction,
  tl.id,
  tl.linesequencenumber,
  tl.mainline,
  tl.taxline,
  tl.iscogs,
  tl.transactiondiscount,
  tl.itemtype,
  tl.item,
  i.itemid,
  tl.quantity,
  tl.rate,
  tl.foreignamount,
  tl.createdfrom,
  tl.kitcomponent,
  tl.kitmemberof,
  tl.location,
  tl.{line_field} AS storefront_line,
  TO_CHAR(SYS_EXTRACT_UTC(t.lastmodifieddate), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS lastmodifieddate
FROM transactionline tl
INNER JOIN transaction t ON t.id = tl.transaction
LEFT JOIN item i ON i.id = tl.item
WHERE t.type IN ('SalesOrd', 'CustInvc', 'CashSale', 'RtnAuth', 'ItemRcpt', 'CustCred', 'CashRfnd')
  AND {changed}
  AND {after}
ORDER BY {order}
