# Тексты отчётов.

report-title = Показатели обслуживания клиентов
report-of = { $company }: показатели обслуживания клиентов
period = { $from } – { $to }
compared-with = в сравнении с { $from } – { $to }
changes-between = изменения между { $before } и { $now }
trend-by = Динамика; период: { $grain }
zone = Часовой пояс { $zone }
calendar = Рабочее время по календарю «{ $calendar }»
calendar-teams = Рабочее время по календарю каждой команды
calendar-none = Календаря нет: рабочее время неизвестно
known-until = Данные до { $at }
recorded-as-of = По сведениям на { $at }
filters = Только где { $filters }

grain-day = день
grain-week = неделя
grain-month = месяц
grain-quarter = квартал
grain-year = год

family-satisfaction = Удовлетворённость и лояльность
family-speed = Скорость
family-resolution = Решения
family-volume = Объём
family-self_service = Самообслуживание
family-quality = Качество
family-agents = Операторы
family-customers = Клиенты
family-money = Деньги
family-social = Социальные сети
family-journey = Путь клиента
family-own = Свои показатели

value = Значение
interval = Интервал 95 %
interval-of = интервал 95 %: от { $low } до { $high }
counted = Посчитано по
previous = Прежде
change = Изменение
verdict = Вывод
trend = Динамика
metric = Показатель
group = Группа
period-column = Период
low = Нижняя граница
high = Верхняя граница
rows = Строк
share = Доля
unknown-group = неизвестно

verdict-better = лучше
verdict-worse = хуже
verdict-higher = больше
verdict-lower = меньше
verdict-same = заметных изменений нет
verdict-little = слишком мало данных
no-verdict = без сравнения
from-before = прежде { $before }
no-data = нет данных
withheld = скрыто: слишком мало
cut-off = ещё идёт
few-rows = мало строк: читать с осторожностью
still-open = { $count ->
    [one] { $shown } ещё открыто
    [few] { $shown } ещё открыто
    [many] { $shown } ещё открыто
   *[other] { $shown } ещё открыто
}
n-of = { $numerator } из { $denominator } { $counts }
n-rows = { $n } { $counts }

guard-title = Противовес
guard-warning = Здесь стало лучше, а «{ $metric }»: хуже.
guard-fine = { $metric }: { $verdict }

findings-title = Что бросается в глаза
findings-none = Ничто не изменилось сильнее, чем объясняет случай.
finding-pair = { $where }: { $speed } лучше ({ $speed_before } → { $speed_after }), но { $quality } хуже ({ $quality_before } → { $quality_after }).
finding-better = { $where }: { $metric } лучше, { $before } → { $after }.
finding-worse = { $where }: { $metric } хуже, { $before } → { $after }.
finding-changed = { $where }: { $metric } изменилось, { $before } → { $after }.
finding-article = «{ $article }» отправляет в поддержку { $value } читателей; все статьи вместе { $all }.
finding-peak = { $metric }, { $period }: в { $times } раза больше обычного.
finding-peak-mark = { $on }: { $name }.
dimension-channel = Канал
dimension-team = Команда
everywhere = В целом

definition = Определение
how-to-read = { $id }, период определяет { $dated_by }
differences = Где другие программы считают иначе
sources = Источники
bands = Опубликованные цифры
target = Цель
target-is = Цель { $value }
better-higher = больше значит лучше
better-lower = меньше значит лучше
better-neither = ни одно направление не лучше

by-channel = По каналам
by-team = По командам
by-article = По статьям
parts = Части
chart-values = Значения графика
chart-of = { $metric }; период: { $grain }, { $from } – { $to }
chart-first-last = Первое { $first }, последнее { $last }.
bars-of = { $metric }, { $by }
marks-title = Что произошло
mark-release = Выпуск
mark-campaign = Кампания
mark-incident = Сбой

absent-title = Пока не посчитано
absent-needs = нужно: { $tables }
absent-intro = Для этих показателей в данных нет строк. Чего не хватает:

contents = Содержание
about-title = Как читать эту страницу
about-interval = Число есть оценка. Интервал говорит, где с уверенностью 95 % лежит истинное значение; где его нет, он неизвестен.
about-verdict = Изменением называется только заметное изменение: интервал разности с поправкой на число сравнений не содержит нуля.
about-empty = Отсутствие данных так и названо и никогда не показано нулём. Пустая точка ещё идёт: в ней есть открытые обращения.
about-guard = Рядом с показателями скорости стоят показатели качества, за счёт которых их можно было бы приукрасить.
made-with = Сделано в Mittari { $version }. Страница ничего не загружает извне.

duration-days = { $days } д { $hours } ч
duration-days-only = { $days } д
duration-hours = { $hours } ч { $minutes } мин
duration-hours-only = { $hours } ч
duration-minutes = { $minutes } мин { $seconds } с
duration-minutes-only = { $minutes } мин
duration-seconds = { $seconds } с
points = { $value } п.

month-1 = янв
month-2 = фев
month-3 = мар
month-4 = апр
month-5 = май
month-6 = июн
month-7 = июл
month-8 = авг
month-9 = сен
month-10 = окт
month-11 = ноя
month-12 = дек
date-day = { $day } { $month } { $year }
date-month = { $month } { $year }
date-quarter = { $quarter } кв. { $year }
