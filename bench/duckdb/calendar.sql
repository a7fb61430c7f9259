-- Business time of one calendar as prefix sums by day: Monday to Friday 09-17 in Helsinki, without holidays.
-- In this zone and with these hours an open interval lies within one day of UTC, so that business time between
-- two instants is the difference of two look-ups in a table of days: DuckDB joins such a table as an array.

CREATE MACRO holidays() AS TABLE SELECT unnest({holidays}::DATE[]) AS day;

CREATE TABLE days AS
WITH civil AS (
    SELECT range::DATE AS day FROM range(DATE '2023-12-01', DATE '2027-01-01', INTERVAL 1 DAY)
), hours AS (
    SELECT day, (epoch_us(day) // 86400000000)::INTEGER AS number,
           epoch_us((day + INTERVAL 9 HOUR)::TIMESTAMP AT TIME ZONE 'Europe/Helsinki') AS day_opens,
           CASE WHEN isodow(day) <= 5 AND day NOT IN (FROM holidays())
                THEN epoch_us((day + INTERVAL 17 HOUR)::TIMESTAMP AT TIME ZONE 'Europe/Helsinki')
                   - epoch_us((day + INTERVAL 9 HOUR)::TIMESTAMP AT TIME ZONE 'Europe/Helsinki')
                ELSE 0 END AS day_length
    FROM civil
)
SELECT number, day_opens, day_length, (sum(day_length) OVER (ORDER BY number) - day_length)::BIGINT AS day_before FROM hours;

CREATE MACRO day_of(t) AS (t // 86400000000)::INTEGER;
CREATE MACRO business_until(t, day) AS day.day_before + greatest(0, least(t - day.day_opens, day.day_length));
