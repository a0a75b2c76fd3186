-- Line to line, one row per pair and link type. The links into a document that is asked for are rewritten together,
-- what a credit is applied to among them: applying it changes the credit. A link that names no line is one of the
-- whole document, as the main line's, whose id is 0.
SELECT
  l.nextdoc,
  NVL(l.nextline, 0) AS nextline,
  l.nexttype,
  l.previousdoc,
  NVL(l.previousline, 0) AS previousline,
  l.previoustype,
  l.linktype,
  l.foreignamount,
  TO_CHAR(SYS_EXTRACT_UTC(t.lastmodifieddate), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS lastmodifieddate
FROM NextTransactionLineLink l
INNER JOIN transaction t ON t.id = l.nextdoc
WHERE t.type IN ('CustInvc', 'CashSale', 'RtnAuth', 'ItemRcpt', 'CustCred', 'CashRfnd')
  AND {changed}
  AND {after}
ORDER BY {order}
