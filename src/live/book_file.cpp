#include "live/book_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

#include "acts/base/decimal.hpp"

#include "live/book_reader.hpp"
#include "recording/byte_source.hpp"
#include "recording/whole_file.hpp"

namespace acts {
namespace {

using Json = nlohmann::ordered_json;

Json time_json(const std::optional<UnixNanos>& time) { return time ? Json(time->value) : Json(); }

Json end_json(Price price, Scales scales, Price none) {
  return price == none ? Json() : Json(to_string(to_decimal(price, scales)));
}

Json minute_json(const SavedMinute& minute) {
  return {{"in_sync", minute.in_sync},
          {"was_in_sync", minute.was_in_sync},
          {"start", minute.start.value},
          {"begin", minute.begin.value},
          {"changed_at", minute.changed_at.value},
          {"lost_at", time_json(minute.lost_at)},
          {"unsynced_reported", minute.unsynced_reported},
          {"out_of_sync", minute.out_of_sync.count()},
          {"updates", minute.counts.updates},
          {"gaps", minute.counts.gaps},
          {"reconnects", minute.counts.reconnects}};
}

Json head_json(const BookFile& file) {
  const BookImage& book = file.saved.book.book;
  Json coverage = Json::array();
  for (const PriceInterval& one : book.coverage) {
    coverage.push_back({end_json(one.low, book.scales, CoverageSet::kNoLowerEnd),
                        end_json(one.high, book.scales, CoverageSet::kNoUpperEnd)});
  }
  Json gaps = Json::array();
  for (const binance::KnownGap& gap : file.saved.book.gaps) gaps.push_back({gap.suspect_upto.value(), gap.at.value});
  return {{"venue", to_string(file.venue)},
          {"symbol", file.symbol},
          {"saved_at", file.saved_at.value},
          {"recorded", file.recorded},
          {"price_decimals", book.scales.price},
          {"quantity_decimals", book.scales.quantity},
          {"last_update_id", book.last_update_id.value()},
          {"suspect_upto", book.suspect_upto.value()},
          {"epoch", book.epoch},
          {"ghosts", book.ghosts},
          {"snapshot_is_last", file.saved.book.snapshot_is_last},
          {"last_event_time", time_json(file.saved.book.last_event_time)},
          {"last_update_received", time_json(file.saved.book.last_update_received)},
          {"gap_event_time", time_json(file.saved.book.gap_event_time)},
          {"gaps", std::move(gaps)},
          {"status", collector::to_string(file.saved.status)},
          {"connected", file.saved.connected},
          {"minute", minute_json(file.saved.minute)},
          {"coverage", std::move(coverage)},
          {"bids", book.bids.size()},
          {"asks", book.asks.size()},
          {"fingerprint", fingerprint(book)}};
}

void append_levels(std::string& out, Side side, const BookImage& book, const CoverageSet& coverage) {
  for (const BookLevel& level : side == Side::kBid ? book.bids : book.asks) {
    out += side == Side::kBid ? "bid," : "ask,";
    append_to(out, to_decimal(level.price, book.scales));
    out += ',';
    append_to(out, to_decimal(level.quantity, book.scales));
    const fmt::format_int update_id(level.origin.update_id.value());
    out += ',';
    out.append(update_id.data(), update_id.size());
    out += level.origin.from_snapshot ? ",snapshot," : ",update,";
    out += state_of(level, book);
    out += coverage.contains(level.price) ? ",true\n" : ",false\n";
  }
}

}  // namespace

std::string_view state_of(const BookLevel& level, const BookImage& book) {
  return level.origin.update_id <= book.suspect_upto ? "suspect" : "exact";
}

std::string book_text(const BookFile& file) {
  CoverageSet coverage;
  for (const PriceInterval& one : file.saved.book.book.coverage) coverage.add(one);
  std::string out = fmt::format("{}\n# {}\n{}\n", kBookForm, head_json(file).dump(), kBookColumns);
  append_levels(out, Side::kBid, file.saved.book.book, coverage);
  append_levels(out, Side::kAsk, file.saved.book.book, coverage);
  return out;
}

Result<BookFile> parse_book_text(std::string_view text) {
  auto reader = BookReader::open(read_from_memory(text));
  if (!reader) return std::unexpected(std::move(reader.error()));
  BookFile file = reader->head();
  BookImage& book = file.saved.book.book;
  for (;;) {
    const auto found = reader->next();
    if (!found) return std::unexpected(found.error());
    if (!*found) break;
    ((*found)->side == Side::kBid ? book.bids : book.asks).push_back((*found)->level);
  }
  if (!text.ends_with('\n')) {
    return fail(ErrorCode::kBadInput, fmt::format("line {}: has no end", 1 + std::ranges::count(text, '\n')));
  }
  if (fingerprint(book) != reader->fingerprint()) {
    return fail(ErrorCode::kBadInput, "line 2: the fingerprint is not that of the levels");
  }
  return file;
}

std::string checkpoint_directory(std::string_view data_dir, Venue venue, std::string_view symbol) {
  return fmt::format("{}/checkpoints/{}/{}", data_dir, to_string(venue), symbol);
}

std::string full_book_directory(std::string_view data_dir, Venue venue, std::string_view symbol) {
  return fmt::format("{}/{}/{}", full_books_directory(data_dir), to_string(venue), symbol);
}

std::string full_books_directory(std::string_view data_dir) { return fmt::format("{}/books", data_dir); }

std::string book_file_name(UnixNanos saved_at) { return fmt::format("{}.book.csv.zst", saved_at.value); }

std::optional<UnixNanos> saved_at_of(std::string_view file_name) {
  UnixNanos saved_at;
  const char* const end = file_name.data() + file_name.size();
  const auto [stop, error] = std::from_chars(file_name.data(), end, saved_at.value);
  if (error != std::errc{} || saved_at.value < 0 || book_file_name(saved_at) != file_name) return std::nullopt;
  return saved_at;
}

Result<BookFile> read_book_file(const std::string& path) {
  const Result<std::string> text = read_whole_file(path, kMaxBookBytes);
  if (!text) return std::unexpected(text.error());
  Result<BookFile> file = parse_book_text(*text);
  if (!file) return fail(file.error().code, fmt::format("{}: {}", path, file.error().message));
  return file;
}

}  // namespace acts
