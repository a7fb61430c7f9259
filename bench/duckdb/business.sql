-- Business time of all spans: two look-ups in the table of days, which DuckDB joins as an array.
SELECT sum_no_overflow(business_until(spans.until_us, last) - business_until(spans.from_us, first))
FROM spans
JOIN days AS first ON first.number = day_of(spans.from_us)
JOIN days AS last ON last.number = day_of(spans.until_us)
