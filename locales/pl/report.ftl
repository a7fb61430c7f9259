# Teksty raportów.

report-title = Karta wyników obsługi klienta
report-of = { $company }: karta wyników obsługi klienta
period = { $from } – { $to }
compared-with = w porównaniu z okresem { $from } – { $to }
changes-between = zmiany między { $before } a { $now }
trend-by = Przebieg; okres: { $grain }
zone = Strefa czasowa { $zone }
calendar = Godziny pracy według kalendarza „{ $calendar }”
calendar-teams = Godziny pracy według kalendarza każdego zespołu
calendar-none = Brak kalendarza: brak godzin pracy
known-until = Dane do { $at }
recorded-as-of = Według wiedzy z { $at }
filters = Tylko gdzie { $filters }

grain-day = dzień
grain-week = tydzień
grain-month = miesiąc
grain-quarter = kwartał
grain-year = rok

family-satisfaction = Zadowolenie i lojalność
family-speed = Szybkość
family-resolution = Rozwiązania
family-volume = Liczba zgłoszeń
family-self_service = Samoobsługa
family-quality = Jakość
family-agents = Konsultanci
family-customers = Klienci
family-money = Pieniądze
family-social = Media społecznościowe
family-journey = Droga klienta
family-own = Własne wskaźniki

value = Wartość
interval = Przedział 95 %
interval-of = przedział 95 %: od { $low } do { $high }
counted = Policzono z
previous = Wcześniej
change = Zmiana
verdict = Ocena
trend = Przebieg
metric = Wskaźnik
group = Grupa
period-column = Okres
low = Dolna granica
high = Górna granica
rows = Wierszy
share = Udział
unknown-group = nieznane

verdict-better = lepiej
verdict-worse = gorzej
verdict-higher = więcej
verdict-lower = mniej
verdict-same = brak wykrywalnej zmiany
verdict-little = za mało danych
no-verdict = bez porównania
from-before = wcześniej { $before }
no-data = brak danych
withheld = ukryte: za mało
cut-off = w toku
few-rows = mało wierszy: czytać ostrożnie
still-open = { $count ->
    [one] { $shown } jeszcze w toku
    [few] { $shown } jeszcze w toku
    [many] { $shown } jeszcze w toku
   *[other] { $shown } jeszcze w toku
}
n-of = { $numerator } z { $denominator } { $counts }
n-rows = { $n } { $counts }

guard-title = Przeciwwaga
guard-warning = Ten wynik się poprawił, a { $metric }: gorzej.
guard-fine = { $metric }: { $verdict }

findings-title = Co się wyróżnia
findings-none = Nic nie zmieniło się bardziej, niż tłumaczy to przypadek.
finding-pair = { $where }: { $speed } lepiej ({ $speed_before } → { $speed_after }), lecz { $quality } gorzej ({ $quality_before } → { $quality_after }).
finding-better = { $where }: { $metric } lepiej, { $before } → { $after }.
finding-worse = { $where }: { $metric } gorzej, { $before } → { $after }.
finding-changed = { $where }: { $metric } zmiana, { $before } → { $after }.
finding-article = { $article } odsyła do obsługi { $value } czytelników; wszystkie artykuły razem { $all }.
finding-peak = { $metric }, { $period }: { $times } razy więcej niż zwykle.
finding-peak-mark = { $on }: { $name }.
dimension-channel = Kanał
dimension-team = Zespół
everywhere = Razem

definition = Definicja
how-to-read = { $id }, okres wyznacza { $dated_by }
differences = Gdzie inne narzędzia liczą inaczej
sources = Źródła
bands = Opublikowane liczby
target = Cel
target-is = Cel { $value }
better-higher = więcej znaczy lepiej
better-lower = mniej znaczy lepiej
better-neither = żaden kierunek nie jest lepszy

by-channel = Według kanału
by-team = Według zespołu
by-article = Według artykułu
parts = Części
chart-values = Wartości wykresu
chart-of = { $metric }; okres: { $grain }, { $from } – { $to }
chart-first-last = Pierwsza { $first }, ostatnia { $last }.
bars-of = { $metric }, { $by }
marks-title = Co się wydarzyło
mark-release = Wydanie
mark-campaign = Kampania
mark-incident = Awaria

absent-title = Jeszcze nie policzono
absent-needs = potrzebne: { $tables }
absent-intro = Dla tych wskaźników nie ma wierszy w danych. Oto czego brakuje:

contents = Spis treści
about-title = Jak czytać tę stronę
about-interval = Liczba jest oszacowaniem. Przedział mówi, gdzie z pewnością 95 % leży prawdziwa wartość; gdzie go nie ma, nie jest znany.
about-verdict = Zmianę nazywamy zmianą tylko wtedy, gdy jest wykrywalna: przedział różnicy, poprawiony o liczbę porównań, nie obejmuje zera.
about-empty = Brak danych jest nazwany brakiem, nigdy zerem. Pusty punkt jest w toku: są w nim otwarte sprawy.
about-guard = Obok wskaźników szybkości stoją wskaźniki jakości, których kosztem można by je poprawiać.
made-with = Utworzono programem Mittari { $version }. Strona niczego skądinąd nie pobiera.

duration-days = { $days } d { $hours } godz.
duration-days-only = { $days } d
duration-hours = { $hours } godz. { $minutes } min
duration-hours-only = { $hours } godz.
duration-minutes = { $minutes } min { $seconds } s
duration-minutes-only = { $minutes } min
duration-seconds = { $seconds } s
points = { $value } pkt

month-1 = sty
month-2 = lut
month-3 = mar
month-4 = kwi
month-5 = maj
month-6 = cze
month-7 = lip
month-8 = sie
month-9 = wrz
month-10 = paź
month-11 = lis
month-12 = gru
date-day = { $day } { $month } { $year }
date-month = { $month } { $year }
date-quarter = { $quarter }. kw. { $year }
