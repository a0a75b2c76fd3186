-- Links that changed, where the account keeps their time: it need not move their document's.
SELECT
  l.nextdoc,
  NVL(l.nextline, 0) AS nextline,
  l.previousdoc,
  NVL(l.previousline, 0) AS previousline,
  l.linktype,
  TO_CHAR(SYS_EXTRACT_UTC(l.lastmodifieddate), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS lastmodifieddate
FROM NextTransactionLineLink l
INNER JOIN transaction t ON t.id = l.nextdoc
WHERE t.type IN ('CustInvc', 'CashSale', 'RtnAuth', 'ItemRcpt', 'CustCred', 'CashRfnd')
  AND {changed}
  AND {after}
ORDER BY {order}
