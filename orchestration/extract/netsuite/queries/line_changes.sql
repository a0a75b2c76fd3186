-- Lines that changed, also where their document's header did not.
SELECT
  tl.transaction,
  tl.id,
  TO_CHAR(SYS_EXTRACT_UTC(tl.linelastmodifieddate), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS linelastmodifieddate
FROM transactionline tl
INNER JOIN transaction t ON t.id = tl.transaction
WHERE t.type IN ('SalesOrd', 'CustInvc', 'CashSale', 'RtnAuth', 'ItemRcpt', 'CustCred', 'CashRfnd')
  AND {changed}
  AND {after}
ORDER BY {order}
