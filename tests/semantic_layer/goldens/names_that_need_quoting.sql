SELECT
  COALESCE("odd ""big"" table"."group by", '(unknown)') AS "group",
  CAST(DATE_TRUNC('YEAR', "odd ""big"" table"."order date") AS DATE) AS period,
  COUNT("odd ""big"" table"."from") AS odd
FROM "odd ""big"" table"
WHERE
  NOT "odd ""big"" table"."order date" IS NULL
GROUP BY
  1,
  2
ORDER BY
  "group" ASC,
  period ASC
