-- Headers of one kind of document. Open amounts and totals are in the document's own currency.
SELECT
  t.id,
  t.type,
  t.tranid,
  t.status,
  t.entity,
  TO_CHAR(t.trandate, 'YYYY-MM-DD') AS trandate,
  TO_CHAR(SYS_EXTRACT_UTC(t.createddate), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS createddate,
  TO_CHAR(SYS_EXTRACT_UTC(t.lastmodifieddate), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS lastmodifieddate,
  t.postingperiod,
  c.symbol AS currency,
  t.exchangerate,
  t.foreigntotal,
  t.voided,
  t.memorized,
  t.externalid,
  t.{order_field} AS storefront_order,
  t.{return_field} AS storefront_return
FROM transaction t
LEFT JOIN currency c ON c.id = t.currency
WHERE t.type = '{type}'
  AND {changed}
  AND {after}
ORDER BY {order}
