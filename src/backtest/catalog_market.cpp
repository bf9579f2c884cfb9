#include "backtest/catalog_market.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "backtest/bars/catalog_reader.hpp"
#include "backtest/catalog_funding.hpp"
#include "history/export/fused_depth.hpp"
#include "history/export/mended_times.hpp"
#include "recording/file_ops.hpp"

namespace acts::backtest {
namespace {

constexpr Nanos kCatalogDay = std::chrono::hours{24};
constexpr std::uint64_t kCatalogMemory = std::uint64_t{512} << 20U;
constexpr std::string_view kBookKind = "book_updates";
constexpr std::string_view kBestKind = "book_ticker";

// As the data has it: of contracts with funding alone.
bool takes_funding(const InstrumentSettings& settings) {
  return settings.info.venue == Venue::kBinanceUsdm && funding_source_of(settings) == FundingSource::kData;
}

Result<std::vector<history::CatalogFile>> market_files(const InstrumentSettings& settings) {
  Result<std::vector<history::CatalogFile>> files = catalog_files(settings);
  if (!files) return files;
  constexpr std::array<std::string_view, 4> kKinds{kBookKind, "trades", "agg_trades", kBestKind};
  // The date is the venue's; what was received within the period may be of the day before or behind.
  const auto day_of = [](UnixNanos ts) { return ts.value / kCatalogDay.count(); };
  std::erase_if(*files, [&](const history::CatalogFile& file) {
    const history::DataSet& set = file.set;
    const bool is_of_it = std::ranges::find(kKinds, set.kind->name) != kKinds.end() &&
                          (set.kind->name != kBestKind || settings.best_bid_offer) &&
                          set.venue == to_string(settings.info.venue) && set.symbol == settings.info.symbol &&
                          (settings.origin.empty() || set.origin == settings.origin);
    // The book that a run begins with may have been made long before.
    const bool has_begun = !settings.from || set.kind->name == kBookKind || file.day >= day_of(*settings.from) - 1;
    const bool is_within = has_begun && (!settings.to || file.day <= day_of(*settings.to) + 1);
    return !is_of_it || !is_within;
  });
  const auto is_book = [](const history::CatalogFile& file) { return file.set.kind->name == kBookKind; };
  if (std::ranges::none_of(*files, is_book)) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: its catalog has no {} of {} {} for these times: acts catalog ls shows what there is",
                            settings.data_dir, kBookKind, to_string(settings.info.venue), settings.info.symbol));
  }
  std::set<std::string> origins;
  for (const history::CatalogFile& file : *files) {
    if (is_book(file)) origins.insert(file.set.origin);
  }
  if (origins.size() > 1) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: its catalog has {} of {} {} as several origins tell it: name one in "
                            "[data], such as origin = \"{}\"",
                            settings.data_dir, kBookKind, to_string(settings.info.venue), settings.info.symbol,
                            *origins.begin()));
  }
  return files;
}

// UpdateId's range; where there is none the text is that of a negative number.
bool is_no_id(UpdateId id) {
  constexpr std::int64_t kEnd = std::int64_t{1} << 62U;
  return id.value() < 0 || id.value() >= kEnd;
}

// The engine writes these texts; an id beyond a number's range is none.
std::int64_t number_in(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

// One day's events behind the other's.
class CatalogMarket::Days final : public history::HftSource {
 public:
  explicit Days(CatalogMarket& market) : market_(&market) {}

  Result<bool> next(history::HftEvent& event) override {
    for (;;) {
      if (day_ == nullptr && next_ == market_->days_.size()) return false;
      if (day_ == nullptr) {
        if (const Result<void> opened = open_day(market_->days_[next_++]); !opened) {
          return std::unexpected(opened.error());
        }
      }
      const Result<bool> there = day_->next(event);
      if (!there || *there) return there;
      times_ = day_->times();
      day_.reset();
    }
  }

 private:
  Result<void> open_day(UnixNanos begin) {
    history::HftWanted wanted = market_->wanted_;
    const UnixNanos end = begin + kCatalogDay;
    wanted.from = begin;
    wanted.to = wanted.to ? std::min(*wanted.to, end) : end;
    auto rows = market_->session_->select(history::hft_select(wanted), [] { return false; });
    if (!rows) return std::unexpected(rows.error());
    day_ = std::make_unique<history::HftRows>(*std::move(rows), times_);
    return {};
  }

  CatalogMarket* market_;
  std::size_t next_ = 0;
  history::HftTimes times_;
  std::unique_ptr<history::HftRows> day_;
};

Result<std::unique_ptr<CatalogMarket>> CatalogMarket::open(const InstrumentSettings& settings,
                                                           const std::function<void(std::string_view)>& on_problem) {
  const auto files = market_files(settings);
  if (!files) return std::unexpected(files.error());
  std::unique_ptr<CatalogMarket> market(new CatalogMarket());
  std::error_code error;
  market->spill_ = std::make_unique<history::SpillDirectory>(std::filesystem::temp_directory_path(error).string());
  auto session = history::QuerySession::open(real_file_ops(),
                                             std::filesystem::absolute(settings.data_dir).lexically_normal().string(),
                                             {.memory_bytes = kCatalogMemory,
                                              .threads = 1,
                                              .temp_directory = market->spill_->path(),
                                              .with_recordings = false,
                                              .output = {}});
  if (!session) return std::unexpected(session.error());
  market->session_ = std::make_unique<history::QuerySession>(*std::move(session));
  market->on_problem_ = on_problem;
  market->venue_ = settings.info.venue;
  market->wanted_ = {.venue = std::string(to_string(settings.info.venue)),
                     .symbol = settings.info.symbol,
                     .origin = settings.origin,
                     .from = {},
                     .to = settings.to,
                     .tells_best = settings.best_bid_offer};
  if (settings.best_bid_offer) {
    if (const Result<void> can = market->check_best(); !can) return std::unexpected(can.error());
  }
  const auto from = settings.from ? market->snapshot_before(*settings.from) : Result<UnixNanos>(UnixNanos{INT64_MIN});
  if (!from) return std::unexpected(from.error());
  const auto [first, last] = std::ranges::minmax(*files, {}, &history::CatalogFile::day);
  for (std::int64_t day = first.day - 1; day <= last.day + 1; ++day) {
    const UnixNanos begin{day * kCatalogDay.count()};
    const UnixNanos end = begin + kCatalogDay;
    if (end > *from && (!settings.to || begin < *settings.to)) market->days_.push_back(begin);
  }
  if (const Result<void> told = market->tell_untimed(settings.from, on_problem); !told)
    return std::unexpected(told.error());
  if (!takes_funding(settings)) return market;
  const UnixNanos begin{(first.day - 1) * kCatalogDay.count()};
  const UnixNanos end{(last.day + 2) * kCatalogDay.count()};
  auto funding = catalog_funding(*market->session_, {.venue = market->wanted_.venue,
                                                     .symbol = market->wanted_.symbol,
                                                     .from = settings.from.value_or(begin),
                                                     .to = settings.to.value_or(end)});
  if (!funding) return std::unexpected(funding.error());
  market->funding_ = *std::move(funding);
  return market;
}

// When the last snapshot was received by then; `from` where there is none.
Result<UnixNanos> CatalogMarket::snapshot_before(UnixNanos from) {
  std::string sql = fmt::format(
      "SELECT max(ts_recv_ns) AS at FROM book_updates WHERE venue = {} AND symbol = {} AND is_snapshot AND ts_recv_ns "
      "<= "
      "{}",
      history::quoted_sql_text(wanted_.venue), history::quoted_sql_text(wanted_.symbol), from.value);
  if (!wanted_.origin.empty()) sql += fmt::format(" AND origin = {}", history::quoted_sql_text(wanted_.origin));
  auto rows = session_->select(sql, [] { return false; });
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::optional<std::string>> cells;
  const Result<bool> there = rows->next(cells);
  if (!there) return std::unexpected(there.error());
  if (!*there || !cells.at(0)) return from;
  return UnixNanos{number_in(*cells[0])};
}

// What is newer, best prices or depth, is told by ids.
Result<void> CatalogMarket::check_best() {
  std::string of = fmt::format("venue = {} AND symbol = {}", history::quoted_sql_text(wanted_.venue),
                               history::quoted_sql_text(wanted_.symbol));
  if (!wanted_.origin.empty()) of += fmt::format(" AND origin = {}", history::quoted_sql_text(wanted_.origin));
  auto rows = session_->select(
      fmt::format("SELECT EXISTS (SELECT 1 FROM {} WHERE {} AND ts_recv_ns IS NOT NULL) AS has_best, EXISTS (SELECT 1 "
                  "FROM {} WHERE {} AND price IS NOT NULL AND update_id IS NULL) AS lacks_ids",
                  kBestKind, of, kBookKind, of),
      [] { return false; });
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::optional<std::string>> cells;
  const Result<bool> there = rows->next(cells);
  if (!there) return std::unexpected(there.error());
  if (*there && cells.at(0) == "true" && cells.at(1) == "false") return {};
  const bool has_best = *there && cells.at(0) == "true";
  return fail(ErrorCode::kUsage, fmt::format("best_bid_offer: the catalog has {} of {} {}: take it out",
                                             has_best ? "updates without ids, which tell what is newer,"
                                                      : "no book_ticker with times of receipt, which recordings bring,",
                                             wanted_.venue, wanted_.symbol));
}

Result<void> CatalogMarket::tell_untimed(std::optional<UnixNanos> from,
                                         const std::function<void(std::string_view)>& on_problem) {
  if (!on_problem) return {};
  history::HftWanted wanted = wanted_;
  wanted.from = from;
  auto rows = session_->select(history::hft_untimed_select(wanted), [] { return false; });
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::optional<std::string>> cells;
  const Result<bool> there = rows->next(cells);
  if (!there) return std::unexpected(there.error());
  const std::string count = *there ? cells.at(0).value_or("0") : "0";
  if (count != "0") {
    on_problem(fmt::format("{} {}: trades without a time of receipt, which are left out: {}", wanted_.venue,
                           wanted_.symbol, count));
  }
  return {};
}

history::OpenEvents CatalogMarket::events() {
  return [this, is_first = true]() mutable -> Result<std::unique_ptr<history::HftSource>> {
    const auto tell = std::exchange(is_first, false) ? on_problem_ : nullptr;
    auto events = std::make_unique<history::MendedTimes>(std::make_unique<Days>(*this), tell);
    if (!wanted_.tells_best) return events;
    return std::make_unique<history::FusedDepth>(std::move(events));
  };
}

Result<std::optional<std::vector<history::UpdateGap>>> CatalogMarket::gaps() {
  history::UpdateGaps gaps(venue_, wanted_.symbol);
  for (const UnixNanos day : days_) {
    const Result<bool> has_ids = take_ids(day, gaps);
    if (!has_ids) return std::unexpected(has_ids.error());
    if (!*has_ids) return std::nullopt;
  }
  gaps.finish({});
  return gaps.gaps();
}

// A message is rows of one time with the same ids; USD-M's tell the id before, spot's their first.
Result<bool> CatalogMarket::take_ids(UnixNanos day, history::UpdateGaps& gaps) {
  const UnixNanos end = wanted_.to ? std::min(*wanted_.to, day + kCatalogDay) : day + kCatalogDay;
  const std::string_view before = venue_ == Venue::kBinanceUsdm ? "prev_update_id" : "first_update_id - 1";
  std::string of = fmt::format(
      "venue = {} AND symbol = {} AND date >= DATE '{}' AND date <= DATE '{}' AND ts_recv_ns >= {} AND ts_recv_ns < {}",
      history::quoted_sql_text(wanted_.venue), history::quoted_sql_text(wanted_.symbol),
      to_iso8601(day - kCatalogDay).substr(0, 10), to_iso8601(end + kCatalogDay).substr(0, 10), day.value, end.value);
  if (!wanted_.origin.empty()) of += fmt::format(" AND origin = {}", history::quoted_sql_text(wanted_.origin));
  auto rows = session_->select(
      fmt::format(
          "SELECT ts_recv_ns, is_snapshot, update_id, first_update_id, {} AS id_before FROM book_updates WHERE {} "
          "GROUP BY ALL ORDER BY ts_recv_ns, min(\"row\")",
          before, of),
      [] { return false; });
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::optional<std::string>> cells;
  for (;;) {
    const Result<bool> there = rows->next(cells);
    if (!there) return std::unexpected(there.error());
    if (!*there) return true;
    const bool is_snapshot = cells.at(1) == "true";
    const auto id_in = [&cells](std::size_t cell) { return UpdateId{number_in(cells.at(cell).value_or("-1"))}; };
    const UpdateId last = id_in(2);
    const UpdateId first = is_snapshot ? last : id_in(3);
    const UpdateId told = is_snapshot ? last : id_in(4);
    if (std::ranges::any_of(std::array{last, first, told}, is_no_id)) return false;
    const UnixNanos at{number_in(*cells[0])};
    if (is_snapshot) {
      gaps.take(last, at);
      continue;
    }
    gaps.take({.first_update_id = first,
               .last_update_id = last,
               .previous_last_update_id = told,
               .ts_event = {},
               .scales = {},
               .bids = {},
               .asks = {}},
              at);
  }
}

Result<std::vector<DataFile>> catalog_book_data(const InstrumentSettings& settings) {
  const auto files = market_files(settings);
  if (!files) return std::unexpected(files.error());
  std::vector<DataFile> data;
  data.reserve(files->size());
  for (const history::CatalogFile& file : *files) data.push_back({file.path(), file.sha256});
  if (takes_funding(settings)) {
    const auto all = catalog_files(settings);
    if (!all) return std::unexpected(all.error());
    const auto [first, last] = std::ranges::minmax(*files, {}, &history::CatalogFile::day);
    for (const history::CatalogFile& file : *all) {
      const history::DataSet& set = file.set;
      const bool is_of_it = set.kind->name == kFundingKind && set.venue == to_string(settings.info.venue) &&
                            set.symbol == settings.info.symbol;
      if (is_of_it && file.day >= first.day - 1 && file.day <= last.day + 1) data.push_back({file.path(), file.sha256});
    }
  }
  std::ranges::sort(data, {}, &DataFile::path);
  return data;
}

}  // namespace acts::backtest
