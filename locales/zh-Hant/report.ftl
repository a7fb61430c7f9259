# 報告文字。

report-title = 客戶服務計分卡
report-of = { $company }：客戶服務計分卡
period = { $from } 至 { $to }
compared-with = 與 { $from } 至 { $to } 相比
changes-between = { $before } 與 { $now } 之間的變化
trend-by = 趨勢（每{ $grain }）
zone = 時區 { $zone }
calendar = 營業時間依行事曆「{ $calendar }」
calendar-teams = 營業時間依各團隊的行事曆
calendar-none = 沒有行事曆：無營業時間
known-until = 資料截至 { $at }
recorded-as-of = 依 { $at } 當時所知
filters = 僅限 { $filters }

grain-day = 日
grain-week = 週
grain-month = 月
grain-quarter = 季
grain-year = 年

family-satisfaction = 滿意度與忠誠度
family-speed = 速度
family-resolution = 解決
family-volume = 數量
family-self_service = 自助服務
family-quality = 品質
family-agents = 客服人員
family-customers = 顧客
family-money = 金額
family-social = 社群媒體
family-journey = 顧客旅程
family-own = 自訂指標

value = 數值
interval = 95 % 區間
interval-of = 95 % 區間 { $low } 至 { $high }
counted = 計算依據
previous = 先前
change = 變化
verdict = 判定
trend = 趨勢
metric = 指標
group = 分組
period-column = 期間
low = 下限
high = 上限
rows = 筆數
share = 占比
unknown-group = 未知

verdict-better = 變好
verdict-worse = 變差
verdict-higher = 變高
verdict-lower = 變低
verdict-same = 無可偵測的變化
verdict-little = 資料太少
no-verdict = 無比較
from-before = 先前 { $before }
no-data = 無資料
withheld = 不顯示：筆數太少
cut-off = 進行中
few-rows = 筆數少，請審慎解讀
still-open = { $count ->
   *[other] 另有 { $shown } 筆未結
}
n-of = { $denominator } { $counts }中的 { $numerator }
n-rows = { $n } { $counts }

guard-title = 對照指標
guard-warning = 此項變好，但「{ $metric }」變差。
guard-fine = { $metric }：{ $verdict }

findings-title = 值得注意
findings-none = 沒有任何變化超出偶然。
finding-pair = { $where }：{ $speed }變好（{ $speed_before } → { $speed_after }），但{ $quality }變差（{ $quality_before } → { $quality_after }）。
finding-better = { $where }：{ $metric }變好，{ $before } → { $after }。
finding-worse = { $where }：{ $metric }變差，{ $before } → { $after }。
finding-changed = { $where }：{ $metric }有變化，{ $before } → { $after }。
finding-article = 「{ $article }」的讀者有 { $value } 轉而聯絡客服；所有文章合計 { $all }。
finding-peak = { $period } 的{ $metric }：平常的 { $times } 倍。
finding-peak-mark = { $on }：{ $name }。
dimension-channel = 管道
dimension-team = 團隊
everywhere = 整體

definition = 定義
how-to-read = { $id }，期間依 { $dated_by }
differences = 其他工具的不同算法
sources = 來源
bands = 公開數據
target = 目標
target-is = 目標 { $value }
better-higher = 越高越好
better-lower = 越低越好
better-neither = 高低無好壞之分

by-channel = 依管道
by-team = 依團隊
by-article = 依文章
parts = 組成
chart-values = 圖表數值
chart-of = { $metric }，每{ $grain }，{ $from } 至 { $to }
chart-first-last = 最初 { $first }，最後 { $last }。
bars-of = { $metric }，{ $by }
marks-title = 發生的事
mark-release = 發布
mark-campaign = 活動
mark-incident = 事故

absent-title = 尚未計算
absent-needs = 需要：{ $tables }
absent-intro = 現有資料中沒有這些指標的資料列。所缺如下：

contents = 目錄
about-title = 如何閱讀本頁
about-interval = 數字是估計值。區間表示真實值有 95 % 的信心落於其中；沒有區間者，表示未知。
about-verdict = 可偵測的變化才稱為變化：差異的區間（已依比較次數校正）不含零。
about-empty = 沒有資料就說沒有資料，絕不顯示為 0。空心點仍在進行：其中尚有未結案件。
about-guard = 速度指標旁並列可能被犧牲的品質指標。
made-with = 由 Mittari { $version } 製作。本頁不從任何地方載入內容。

duration-days = { $days } 天 { $hours } 小時
duration-days-only = { $days } 天
duration-hours = { $hours } 小時 { $minutes } 分
duration-hours-only = { $hours } 小時
duration-minutes = { $minutes } 分 { $seconds } 秒
duration-minutes-only = { $minutes } 分
duration-seconds = { $seconds } 秒
points = { $value } 分

month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月
date-day = { $year }年{ $month }{ $day }日
date-month = { $year }年{ $month }
date-quarter = { $year }年第{ $quarter }季
