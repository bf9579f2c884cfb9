#include "backtest/catalog_market.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <utility>

#include "acts/base/assert.hpp"

#include "backtest/bars/catalog_reader.hpp"
#include "backtest/catalog_funding.hpp"
#include "history/export/fused_depth.hpp"
#include "history/export/mended_times.hpp"

namespace acts::backtest {
namespace {

constexpr std::string_view kBookKind = "book_updates";
constexpr std::string_view kBestKind = "book_ticker";

// As the data has it: of contracts with funding alone.
bool takes_funding(const InstrumentSettings& settings) {
  return settings.info.venue == Venue::kBinanceUsdm && funding_source_of(settings) == FundingSource::kData;
}

bool is_told_by(const history::DataSet& set, const InstrumentSettings& settings) {
  return set.venue == to_string(settings.info.venue) && set.symbol == settings.info.symbol;
}

// What the book, its trades and its best prices are made of.
bool is_market_file(const history::CatalogFile& file, const InstrumentSettings& settings) {
  constexpr std::array<std::string_view, 4> kKinds{kBookKind, "trades", "agg_trades", kBestKind};
  const history::DataSet& set = file.set;
  const bool is_of_it = std::ranges::find(kKinds, set.kind->name) != kKinds.end() &&
                        (set.kind->name != kBestKind || settings.best_bid_offer) && is_told_by(set, settings) &&
                        (settings.origin.empty() || set.origin == settings.origin);
  // The date is the venue's; what was received within the period may be of the day before or behind.
  const auto day_of = [](UnixNanos ts) { return ts.value / kCatalogDay.count(); };
  // The book that a run begins with may have been made long before.
  const bool has_begun = !settings.from || set.kind->name == kBookKind || file.day >= day_of(*settings.from) - 1;
  return is_of_it && has_begun && (!settings.to || file.day <= day_of(*settings.to) + 1);
}

Result<void> check_origins(const std::vector<history::CatalogFile>& files, const InstrumentSettings& settings) {
  std::set<std::string> origins;
  for (const history::CatalogFile& file : files) {
    if (file.set.kind->name == kBookKind) origins.insert(file.set.origin);
  }
  if (origins.empty()) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: its catalog has no {} of {} {} for these times: acts catalog ls shows what there is",
                            settings.data_dir, kBookKind, to_string(settings.info.venue), settings.info.symbol));
  }
  if (origins.size() > 1) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: its catalog has {} of {} {} as several origins tell it: name one in "
                            "[data], such as origin = \"{}\"",
                            settings.data_dir, kBookKind, to_string(settings.info.venue), settings.info.symbol,
                            *origins.begin()));
  }
  return {};
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

std::string where_market(const history::HftWanted& wanted) {
  std::string text = fmt::format("venue = {} AND symbol = {}", history::quoted_sql_text(wanted.venue),
                                 history::quoted_sql_text(wanted.symbol));
  if (!wanted.origin.empty()) text += fmt::format(" AND origin = {}", history::quoted_sql_text(wanted.origin));
  return text;
}

// Of a statement that has one row.
Result<std::vector<std::optional<std::string>>> only_row(history::QuerySession& session, const std::string& sql) {
  auto rows = session.select(sql, [] { return false; });
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::optional<std::string>> cells;
  const Result<bool> there = rows->next(cells);
  if (!there) return std::unexpected(there.error());
  ACTS_ASSERT(*there);
  return cells;
}

// With those of the funding that is to be paid as the catalog has it: from the day before the others to the one behind.
Result<std::vector<history::CatalogFile>> market_files(const InstrumentSettings& settings) {
  const bool takes_rates = takes_funding(settings);
  const auto is_funding = [](const history::CatalogFile& file) { return file.set.kind->name == kFundingKind; };
  auto files = catalog_files(settings, [&](const history::CatalogFile& file) {
    return is_market_file(file, settings) || (takes_rates && is_funding(file) && is_told_by(file.set, settings));
  });
  if (!files) return files;
  if (const Result<void> checked = check_origins(*files, settings); !checked) return std::unexpected(checked.error());
  std::int64_t first = INT64_MAX;
  std::int64_t last = INT64_MIN;
  for (const history::CatalogFile& file : *files) {
    if (is_funding(file)) continue;
    first = std::min(first, file.day);
    last = std::max(last, file.day);
  }
  std::erase_if(*files, [&](const history::CatalogFile& file) {
    return is_funding(file) && (file.day < first - 1 || file.day > last + 1);
  });
  return files;
}

Result<history::StoredFiles> stored_files(const InstrumentSettings& settings) {
  const auto files = market_files(settings);
  if (!files) return std::unexpected(files.error());
  return history::StoredFiles(*files);
}

}  // namespace

// One day's events behind the other's.
class CatalogMarket::Days final : public history::HftSource {
 public:
  explicit Days(const CatalogMarket& market) : market_(&market) {}

  Result<bool> next(history::HftEvent& event) override {
    for (;;) {
      if (day_ == nullptr) {
        const Result<bool> opened = open_next();
        if (!opened || !*opened) return opened;
      }
      const Result<bool> there = day_->next(event);
      if (!there || *there) return there;
      times_ = day_->times();
      day_.reset();
    }
  }

 private:
  // False: there is none.
  Result<bool> open_next() {
    while (next_day_ == days_.size()) {
      const std::vector<CatalogRange::Span>& spans = market_->range_.spans();
      if (next_span_ == spans.size()) return false;
      const CatalogRange::Span& span = spans[next_span_++];
      days_ = market_->days_of(span);
      next_day_ = 0;
      if (days_.empty()) continue;
      session_.reset();  // before there is another one
      auto session = market_->range_.open(span);
      if (!session) return std::unexpected(session.error());
      session_ = *std::move(session);
    }
    history::HftWanted wanted = market_->wanted_;
    wanted.from = days_[next_day_].begin;
    wanted.to = days_[next_day_].end;
    ++next_day_;
    auto rows = (*session_)->select(history::hft_select(wanted), [] { return false; });
    if (!rows) return std::unexpected(rows.error());
    day_ = std::make_unique<history::HftRows>(*std::move(rows), times_);
    return true;
  }

  const CatalogMarket* market_;
  std::size_t next_span_ = 0;
  std::vector<CatalogRange::Span> days_;  // of the session's span
  std::size_t next_day_ = 0;
  std::unique_ptr<CatalogRange::Session> session_;  // day_ reads by it
  history::HftTimes times_;
  std::unique_ptr<history::HftRows> day_;
};

Result<std::unique_ptr<CatalogMarket>> CatalogMarket::open(const InstrumentSettings& settings,
                                                           const std::function<void(std::string_view)>& on_problem) {
  const std::string data_dir = std::filesystem::absolute(settings.data_dir).lexically_normal().string();
  std::optional<FileLock> held = history::hold_files(history::CatalogPaths(data_dir));
  auto files = stored_files(settings);
  if (!files) return std::unexpected(files.error());
  std::unique_ptr<CatalogMarket> market(new CatalogMarket(CatalogRange(data_dir, std::move(held), *std::move(files))));
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
  if (settings.from) {
    if (const Result<void> found = market->find_snapshot_before(*settings.from); !found) {
      return std::unexpected(found.error());
    }
  }
  if (on_problem) {
    if (const Result<void> told = market->tell_untimed(settings.from); !told) return std::unexpected(told.error());
  }
  if (takes_funding(settings)) {
    if (const Result<void> read = market->read_funding(settings); !read) return std::unexpected(read.error());
  }
  return market;
}

std::vector<CatalogRange::Span> CatalogMarket::days_of(const CatalogRange::Span& span) const {
  std::vector<CatalogRange::Span> days;
  for (UnixNanos day = span.begin; day < span.end; day = day + kCatalogDay) {
    const UnixNanos end = wanted_.to ? std::min(*wanted_.to, day + kCatalogDay) : day + kCatalogDay;
    if (day + kCatalogDay > begin_ && day < end) days.push_back({day, end});
  }
  return days;
}

// When the last snapshot was received by then; `from` where there is none.
Result<void> CatalogMarket::find_snapshot_before(UnixNanos from) {
  begin_ = from;
  for (const CatalogRange::Span& span : std::views::reverse(range_.spans())) {
    if (span.begin > from) continue;
    const auto session = range_.open(span);
    if (!session) return std::unexpected(session.error());
    const auto cells =
        only_row(***session, fmt::format("SELECT max(ts_recv_ns) AS at FROM book_updates WHERE {} AND is_snapshot AND "
                                         "ts_recv_ns >= {} AND ts_recv_ns <= {}",
                                         where_market(wanted_), span.begin.value, from.value));
    if (!cells) return std::unexpected(cells.error());
    if (!cells->at(0)) continue;
    begin_ = UnixNanos{number_in(*cells->at(0))};
    break;
  }
  return {};
}

// What is newer, best prices or depth, is told by ids.
Result<void> CatalogMarket::check_best() const {
  bool has_best = false;
  bool lacks_ids = false;
  for (const CatalogRange::Span& span : range_.spans()) {
    const auto session = range_.open(span);
    if (!session) return std::unexpected(session.error());
    const auto cells = only_row(
        ***session,
        fmt::format("SELECT EXISTS (SELECT 1 FROM {1} WHERE {0} AND ts_recv_ns IS NOT NULL) AS has_best, EXISTS "
                    "(SELECT 1 FROM {2} WHERE {0} AND price IS NOT NULL AND update_id IS NULL) AS lacks_ids",
                    where_market(wanted_), kBestKind, kBookKind));
    if (!cells) return std::unexpected(cells.error());
    has_best = has_best || cells->at(0) == "true";
    lacks_ids = lacks_ids || cells->at(1) == "true";
  }
  if (has_best && !lacks_ids) return {};
  return fail(ErrorCode::kUsage, fmt::format("best_bid_offer: the catalog has {} of {} {}: take it out",
                                             has_best ? "updates without ids, which tell what is newer,"
                                                      : "no book_ticker with times of receipt, which recordings bring,",
                                             wanted_.venue, wanted_.symbol));
}

Result<void> CatalogMarket::tell_untimed(std::optional<UnixNanos> from) const {
  std::int64_t count = 0;
  for (const CatalogRange::Span& span : range_.spans()) {
    history::HftWanted wanted = wanted_;
    wanted.from = from ? std::max(*from, span.begin) : span.begin;
    wanted.to = wanted_.to ? std::min(*wanted_.to, span.end) : span.end;
    if (*wanted.from >= *wanted.to) continue;
    const auto session = range_.open(span);
    if (!session) return std::unexpected(session.error());
    const auto cells = only_row(***session, history::hft_untimed_select(wanted));
    if (!cells) return std::unexpected(cells.error());
    count += number_in(cells->at(0).value());
  }
  if (count != 0) {
    on_problem_(fmt::format("{} {}: trades without a time of receipt, which are left out: {}", wanted_.venue,
                            wanted_.symbol, count));
  }
  return {};
}

Result<void> CatalogMarket::read_funding(const InstrumentSettings& settings) {
  for (const CatalogRange::Span& span : range_.spans()) {
    const UnixNanos from = settings.from ? std::max(*settings.from, span.begin) : span.begin;
    const UnixNanos to = settings.to ? std::min(*settings.to, span.end) : span.end;
    if (from >= to) continue;
    const auto session = range_.open(span);
    if (!session) return std::unexpected(session.error());
    const Result<void> read = add_catalog_funding(
        ***session, {.venue = wanted_.venue, .symbol = wanted_.symbol, .from = from, .to = to}, funding_);
    if (!read) return read;
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

Result<MarketGaps> CatalogMarket::gaps() {
  history::UpdateGaps updates(venue_, wanted_.symbol);
  history::TradeGaps trades(wanted_.symbol);
  bool have_ids = true;
  for (const CatalogRange::Span& span : range_.spans()) {
    const std::vector<CatalogRange::Span> days = days_of(span);
    if (days.empty()) continue;
    const auto session = range_.open(span);
    if (!session) return std::unexpected(session.error());
    for (const CatalogRange::Span& day : days) {
      const Result<bool> taken = have_ids ? take_ids(***session, day, updates) : false;
      if (!taken) return std::unexpected(taken.error());
      have_ids = *taken;
      if (Result<void> told = take_trade_ids(***session, day, trades); !told) return std::unexpected(told.error());
    }
  }
  updates.finish({});
  MarketGaps gaps{.trades = trades.gaps()};
  if (have_ids) gaps.updates = updates.gaps();
  return gaps;
}

std::string CatalogMarket::where_received(const CatalogRange::Span& day) const {
  return fmt::format("{} AND date >= DATE '{}' AND date <= DATE '{}' AND ts_recv_ns >= {} AND ts_recv_ns < {}",
                     where_market(wanted_), to_iso8601(day.begin - kCatalogDay).substr(0, 10),
                     to_iso8601(day.end + kCatalogDay).substr(0, 10), day.begin.value, day.end.value);
}

// A message is rows of one time with the same ids; USD-M's tell the id before, spot's their first. Of trades and best
// prices the first and the last of each second show as much as all.
Result<bool> CatalogMarket::take_ids(history::QuerySession& session, const CatalogRange::Span& day,
                                     history::UpdateGaps& gaps) {
  const std::string of = where_received(day);
  std::string sql = fmt::format(
      "SELECT ts_recv_ns, is_snapshot, update_id, first_update_id, {} AS id_before, false AS is_other, min(\"row\") AS "
      "place FROM book_updates WHERE {} GROUP BY ALL",
      venue_ == Venue::kBinanceUsdm ? "prev_update_id" : "first_update_id - 1", of);
  std::vector<std::string_view> others{"trades", "agg_trades"};
  if (wanted_.tells_best) others.push_back(kBestKind);
  for (const std::string_view kind : others) {
    for (const std::string_view which : {"min", "max"}) {
      sql += fmt::format(
          " UNION ALL SELECT {}(ts_recv_ns), false, NULL, NULL, NULL, true, 0 FROM {} WHERE {} GROUP BY "
          "ts_recv_ns // 1000000000",
          which, kind, of);
    }
  }
  auto rows = session.select(sql + " ORDER BY ts_recv_ns, is_other, place", [] { return false; });
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::optional<std::string>> cells;
  for (;;) {
    const Result<bool> there = rows->next(cells);
    if (!there) return std::unexpected(there.error());
    if (!*there) return true;
    const UnixNanos at{number_in(*cells[0])};
    if (cells.at(5) == "true") {
      gaps.take_other(at);
      continue;
    }
    const bool is_snapshot = cells.at(1) == "true";
    const auto id_in = [&cells](std::size_t cell) { return UpdateId{number_in(cells.at(cell).value_or("-1"))}; };
    const UpdateId last = id_in(2);
    const UpdateId first = is_snapshot ? last : id_in(3);
    const UpdateId told = is_snapshot ? last : id_in(4);
    if (std::ranges::any_of(std::array{last, first, told}, is_no_id)) return false;
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

// Of trades that follow each other the ends are enough.
Result<void> CatalogMarket::take_trade_ids(history::QuerySession& session, const CatalogRange::Span& day,
                                           history::TradeGaps& gaps) {
  for (const bool is_aggregate : {false, true}) {
    auto rows = session.select(
        fmt::format(
            "SELECT min(id), max(id), arg_min(received, id), arg_max(received, id) FROM (SELECT id, received, id - "
            "row_number() OVER (ORDER BY id) AS run FROM (SELECT {0} AS id, min(ts_recv_ns) AS received FROM "
            "{1} WHERE {2} AND {0} IS NOT NULL GROUP BY {0})) GROUP BY run ORDER BY 1",
            is_aggregate ? "agg_trade_id" : "trade_id", is_aggregate ? "agg_trades" : "trades", where_received(day)),
        [] { return false; });
    if (!rows) return std::unexpected(rows.error());
    std::vector<std::optional<std::string>> cells;
    for (;;) {
      const Result<bool> there = rows->next(cells);
      if (!there) return std::unexpected(there.error());
      if (!*there) break;
      const auto number = [&cells](std::size_t cell) { return number_in(cells.at(cell).value()); };
      gaps.take(is_aggregate, {.first = number(0), .last = number(1), .first_at = {number(2)}, .last_at = {number(3)}});
    }
  }
  return {};
}

Result<std::vector<DataFile>> catalog_book_data(const InstrumentSettings& settings) {
  const auto files = market_files(settings);
  if (!files) return std::unexpected(files.error());
  return data_of_catalog(*files);
}

}  // namespace acts::backtest
