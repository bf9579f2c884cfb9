#include "live/earlier_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <utility>

#include "acts/base/assert.hpp"
#include "acts/features/feature.hpp"

#include "recording/archive.hpp"
#include "recording/byte_source.hpp"
#include "recording/index.hpp"
#include "recording/layout.hpp"

namespace acts {
namespace {

// When its recording begins.
std::optional<UnixNanos> recorded_since(const std::string& data_dir, Venue venue, const std::string& symbol) {
  const std::string name(to_string(venue));
  const auto days = recorded_days(data_dir, name, symbol);
  if (!days || days->empty()) return std::nullopt;  // the recorder will say so
  const auto segments = list_segments(data_dir, name, symbol, days->front());
  return segments && !segments->empty() ? std::optional(segments->front().first) : std::nullopt;
}

UnixNanos last_entry_of(const RecordingFile& file) {
  UnixNanos last = file.first;
  auto index = open_file(index_path_for(file.path));
  if (!index) return last;
  IndexReader entries(std::move(*index));
  // What cannot be read ends it: a crash may have cut it there.
  for (auto entry = entries.next(); entry && *entry; entry = entries.next()) last = std::max(last, (*entry)->ts);
  return last;
}

// Up to when a venue's runs that began before `end` have recorded anything, whatever the symbol.
std::optional<UnixNanos> recorded_until(const std::string& data_dir, Venue venue, UnixNanos end) {
  const std::string name(to_string(venue));
  const std::string session(kSessionName);  // each log has one
  std::vector<RecordingFile> files;
  if (auto open = list_segments(data_dir, name, "", UnixNanos{})) files = std::move(*open);
  const auto days = recorded_days(data_dir, name, session);
  for (std::size_t i = days ? days->size() : 0; i > 0; --i) {
    const auto of_day = list_segments(data_dir, name, session, (*days)[i - 1]);
    if (!of_day) continue;
    std::ranges::copy(*of_day, std::back_inserter(files));
    if (std::ranges::any_of(*of_day, [end](const RecordingFile& file) { return file.first <= end; })) break;
  }
  std::erase_if(files, [end](const RecordingFile& file) { return file.first > end; });
  const auto newest = std::ranges::max_element(files, {}, &RecordingFile::first);
  return newest == files.end() ? std::nullopt : std::optional(last_entry_of(*newest));
}

}  // namespace

std::vector<std::string> EarlierRun::meant(const std::string& typed) { return {typed, fmt::format("{}USDT", typed)}; }

EarlierRun::EarlierRun(const CollectSettings& settings, LogSink log, Seal seal)
    : settings_(settings), log_(std::move(log)), seal_(std::move(seal)) {
  if (!seal_) {
    seal_ = [&settings](Venue venue, const Stop& stop) {
      return seal_left_logs(settings.data_dir, venue, kSealLimit, stop);
    };
  }
}

void EarlierRun::warn(Venue venue, std::string key, std::string text) const {
  log_(venue, {collector::LogLevel::kWarning, std::move(key), "", std::move(text), 0});
}

void EarlierRun::seal(const Stop& stop) {
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    LeftLogs& left = left_logs_[venue];
    left = seal_(venue, stop);
    if (stop && stop()) return;
    for (const std::string& problem : left.problems) warn(venue, "seal_failed", "recording: " + problem);
    if (left.later == 0) continue;
    log_(venue, {collector::LogLevel::kInfo, "sealed_later", "",
                 fmt::format("recording: {} open logs of before are long: they are read as they are, and sealed while "
                             "the run goes on",
                             left.later),
                 0});
  }
}

UnixNanos EarlierRun::begin_after(const Symbols& symbols, SqliteStore* store, UnixNanos now) const {
  UnixNanos latest = now;
  UnixNanos too_late = now;
  const auto look_at = [&](std::optional<UnixNanos> time) {
    if (!time) return;
    UnixNanos& of_its_kind = *time > now + kMostAhead ? too_late : latest;
    of_its_kind = std::max(of_its_kind, *time);
  };
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    look_at(recorded_until(settings_.data_dir, venue, now + kMostAhead));
  }
  for (const auto& [venue, typed] : symbols) {
    for (const std::string& text : typed) {
      for (const std::string& symbol : meant(text)) {
        // An error is one of what comes next, which tells it.
        if (store != nullptr) look_at(store->last_sample_time(to_string(venue), symbol).value_or(std::nullopt));
      }
    }
  }
  const auto say = [&](const std::string& text) {
    log_(std::nullopt, {collector::LogLevel::kWarning, "clock_before_last_run", "", text, 0});
  };
  if (too_late > now) {
    say(fmt::format(
        "the last run's rows or recordings are of up to {}, the clock says {}: check the clock; minutes that "
        "have a row get this run's",
        to_iso8601(too_late), to_iso8601(now)));
  }
  if (latest > now) {
    say(fmt::format(
        "the clock says {}, the last run went on until {}: this one begins there, and its time goes at half "
        "speed until the clock has caught up",
        to_iso8601(now), to_iso8601(latest)));
  }
  return latest;
}

void EarlierRun::restore(const Symbols& symbols, SqliteStore* store, Nanos limit, const Stop& stop) {
  Nanos left = limit;
  auto venues = static_cast<std::int64_t>(symbols.size());
  for (const auto& [venue, typed] : symbols) {
    left -= restore_venue(venue, typed, store, std::max(left, Nanos{0}) / venues--, stop);
    if (stop && stop()) return;
  }
}

// Gives the real time that it took.
Nanos EarlierRun::restore_venue(Venue venue, const std::vector<std::string>& typed, SqliteStore* store, Nanos limit,
                                const Stop& stop) {
  const auto begin = std::chrono::steady_clock::now();
  RestoreOptions options{.data_dir = settings_.data_dir,
                         .venue = venue,
                         .untold = {settings_.bands, settings_.stale_after},
                         .open = open_logs(venue),
                         .limit = limit,
                         .stop = stop};
  options.wants = [&typed](std::string_view symbol) {
    return std::ranges::any_of(
        typed, [symbol](const std::string& text) { return std::ranges::count(meant(text), symbol) > 0; });
  };
  if (store != nullptr) {
    options.last_row = [store, venue](std::string_view symbol) {
      return store->last_sample_time(to_string(venue), symbol).value_or(std::nullopt);
    };
  }
  RestoredBooks done = restore_books(options);
  if (stop && stop()) return std::chrono::steady_clock::now() - begin;
  for (const std::string& problem : done.problems) warn(venue, "book_not_restored", problem);
  if (!done.books.empty()) {
    log_(venue, {collector::LogLevel::kInfo, "books_restored", "",
                 fmt::format("{} books go on from their checkpoints and {} recorded lines since", done.books.size(),
                             done.lines),
                 0});
  }
  add(venue, done);
  return std::chrono::steady_clock::now() - begin;
}

// Beside those that nobody has asked for yet.
void EarlierRun::add(Venue venue, RestoredBooks& more) {
  RestoredBooks& all = found_.restored[venue];
  all.books.merge(more.books);
  all.rows.merge(more.rows);
  all.since.merge(more.since);
}

EarlierRun::Found EarlierRun::lend() {
  Found lent{.open_logs = found_.open_logs};
  for (auto& [venue, restored] : found_.restored) lent.restored[venue].rows = std::exchange(restored.rows, {});
  return lent;
}

void EarlierRun::take_back(Found found) {
  found_.open_logs.merge(found.open_logs);
  for (auto& [venue, restored] : found.restored) add(venue, restored);
  for (const auto& [symbol, until] : found.covered) found_.covered.insert_or_assign(symbol, until);
}

// Those that were there before the run: it writes logs of its own.
const std::vector<RecordingFile>& EarlierRun::open_logs(Venue venue) {
  const auto [logs, is_new] = found_.open_logs.try_emplace(venue);
  if (!is_new) return logs->second;
  if (auto found = list_segments(settings_.data_dir, std::string(to_string(venue)), "", UnixNanos{})) {
    logs->second = std::move(*found);
    std::ranges::sort(logs->second, {}, &RecordingFile::first);
  } else {
    warn(venue, "book_not_restored", fmt::format("what is not sealed yet cannot be found: {}", found.error().message));
  }
  return logs->second;
}

LeftLogs EarlierRun::left_logs(Venue venue) const {
  const auto found = left_logs_.find(venue);
  return found == left_logs_.end() ? LeftLogs{} : found->second;
}

std::shared_ptr<const binance::SavedBook> EarlierRun::take_book(Venue venue, std::string_view symbol) {
  auto& books = found_.restored[venue].books;
  const auto found = books.find(symbol);
  if (found == books.end()) return nullptr;
  auto book = std::move(found->second);
  books.erase(found);
  return book;
}

Result<void> EarlierRun::store_rows_of_other_bands(const std::string& path, SqliteStore& store) {
  const RowSchema ours = make_schema(settings_.bands);
  const auto is_ours = [&ours](const RestoredRows& part) { return part.schema == ours; };
  for (auto& [venue, restored] : found_.restored) {
    for (auto& [symbol, parts] : restored.rows) {
      if (std::ranges::all_of(parts, is_ours)) continue;
      const auto last = store.last_sample_time(to_string(venue), symbol);
      if (!last) return std::unexpected(last.error());
      for (RestoredRows& part : parts) {
        std::erase_if(part.rows, [&](const MinuteRow& row) { return *last && row.sample_time() <= **last; });
        auto with_its_columns = SqliteStore::open(path, part.schema);
        if (!with_its_columns) return std::unexpected(with_its_columns.error());
        if (auto stored = (*with_its_columns)->upsert(part.rows); !stored) return stored;
      }
      parts.clear();
    }
  }
  return {};
}

Result<MissedMinutes> EarlierRun::missed_minutes(const Symbols& symbols, SqliteStore& store, UnixNanos start) {
  MissedMinutes missed(settings_.bands);
  for (const auto& [venue, typed] : symbols) {
    for (const std::string& text : typed) {
      for (const std::string& symbol : meant(text)) {
        const auto stored = store.last_sample_time(to_string(venue), symbol);
        if (!stored) return std::unexpected(stored.error());
        auto last = *stored ? *stored : recorded_since(settings_.data_dir, venue, symbol);
        const auto& since = found_.restored[venue].since;
        if (const auto found = since.find(symbol); !last && found != since.end()) last = found->second;
        if (!last) continue;
        missed.add(venue, symbol, *last, start, take_rows(venue, symbol));
        found_.covered[{venue, symbol}] = std::max(*last, floor_to(start, kMinute));
      }
    }
  }
  return missed;
}

std::vector<MinuteRow> EarlierRun::take_rows(Venue venue, const std::string& symbol) {
  std::vector<MinuteRow> rows;
  const auto restored = found_.restored[venue].rows.extract(symbol);
  if (restored.empty()) return rows;
  for (RestoredRows& part : restored.mapped()) {
    ACTS_ASSERT(part.schema == make_schema(settings_.bands));
    std::ranges::move(part.rows, std::back_inserter(rows));
  }
  return rows;
}

MissedMinutes EarlierRun::minutes_until(Venue venue, UnixNanos begin) {
  MissedMinutes missed(settings_.bands);
  for (auto& [symbol, covered] : found_.covered) {
    if (symbol.first != venue) continue;
    missed.add(venue, symbol.second, covered, begin);
    covered = std::max(covered, floor_to(begin, kMinute));
  }
  return missed;
}

}  // namespace acts
