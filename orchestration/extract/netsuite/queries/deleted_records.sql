-- Documents that no longer exist. Lines and links are not recorded: they go with their document.
SELECT
  d.recordid,
  d.type,
  TO_CHAR(SYS_EXTRACT_UTC(d.deleteddate), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS deleteddate
FROM deletedrecord d
WHERE {changed}
  AND {after}
ORDER BY {order}
