#include "live/book_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <utility>

#include "acts/base/decimal.hpp"

#include "recording/whole_file.hpp"

namespace acts {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kForm = "# acts book 1\n";
constexpr std::string_view kHead = "side,price,quantity,update_id,origin,state,covered\n";

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
    fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{},{}\n", side == Side::kBid ? "bid" : "ask",
                   to_string(to_decimal(level.price, book.scales)), to_string(to_decimal(level.quantity, book.scales)),
                   level.origin.update_id.value(), level.origin.from_snapshot ? "snapshot" : "update",
                   level.origin.update_id <= book.suspect_upto ? "suspect" : "exact", coverage.contains(level.price));
  }
}

std::unexpected<Error> bad(std::size_t line, std::string_view what) {
  return fail(ErrorCode::kBadInput, fmt::format("line {}: {}", line, what));
}

// Hands out one line after the other, without its newline.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  std::optional<std::string_view> next() {
    const std::size_t end = text_.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    ++number_;
    return line;
  }
  [[nodiscard]] std::size_t number() const { return number_; }
  [[nodiscard]] bool at_end() const { return text_.empty(); }

 private:
  std::string_view text_;
  std::size_t number_ = 0;
};

// Throws for anything that is not such a number, as Json does for other types.
template <typename Integer>
Integer whole(const Json& json) {
  const bool is_negative = json.is_number_integer() && !json.is_number_unsigned();
  if (json.is_number_unsigned() && std::in_range<Integer>(json.get<std::uint64_t>())) return json.get<Integer>();
  if (is_negative && std::in_range<Integer>(json.get<std::int64_t>())) return json.get<Integer>();
  throw std::invalid_argument("not a whole number in its range");
}

std::optional<UnixNanos> time_of(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(UnixNanos{whole<std::int64_t>(json)});
}

std::optional<std::int64_t> units_of(std::string_view text, int scale) {
  const ScaledInteger parsed = parse_scaled(text, scale);
  return parsed.status == DecimalStatus::kOk ? std::optional(parsed.units) : std::nullopt;
}

std::optional<Price> end_of(const Json& json, int scale, Price none) {
  if (json.is_null()) return none;
  const auto units = units_of(json.get<std::string>(), scale);
  return units ? std::optional(Price{*units}) : std::nullopt;
}

struct Counts {
  std::size_t bids = 0;
  std::size_t asks = 0;
  std::uint64_t fingerprint = 0;
};

// Throws like whole().
std::int64_t count_of(const Json& json) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  const auto count = whole<std::int64_t>(json);
  if (count < 0 || count > kMost) throw std::invalid_argument("a count out of range");
  return count;
}

SavedMinute minute_of(const Json& json) {
  SavedMinute minute;
  minute.in_sync = json.at("in_sync").get<bool>();
  minute.was_in_sync = json.at("was_in_sync").get<bool>();
  minute.start = UnixNanos{whole<std::int64_t>(json.at("start"))};
  minute.begin = UnixNanos{whole<std::int64_t>(json.at("begin"))};
  minute.changed_at = UnixNanos{whole<std::int64_t>(json.at("changed_at"))};
  minute.lost_at = time_of(json.at("lost_at"));
  minute.unsynced_reported = count_of(json.at("unsynced_reported"));
  minute.out_of_sync = Nanos{whole<std::int64_t>(json.at("out_of_sync"))};
  minute.counts = {.updates = count_of(json.at("updates")),
                   .gaps = count_of(json.at("gaps")),
                   .reconnects = count_of(json.at("reconnects"))};
  return minute;
}

bool has_sound_times(const BookFile& file) {
  const auto sound = [](const std::optional<UnixNanos>& time) { return !time || time->value >= 0; };
  return sound(file.saved_at) && sound(file.saved.book.last_event_time) &&
         sound(file.saved.book.last_update_received) && sound(file.saved.book.gap_event_time) &&
         sound(file.saved.minute.start) && sound(file.saved.minute.begin) && sound(file.saved.minute.changed_at) &&
         sound(file.saved.minute.lost_at) &&
         std::ranges::all_of(file.saved.book.gaps, [](const binance::KnownGap& gap) { return gap.at.value >= 0; });
}

// Throws nlohmann's exceptions for what is missing or of another type. Empty: sound.
std::string read_head(const Json& json, BookFile& file, Counts& counts) {
  const auto venue = parse_venue(json.at("venue").get<std::string>());
  if (!venue) return venue.error().message;
  file.venue = *venue;
  file.symbol = json.at("symbol").get<std::string>();
  file.saved_at = UnixNanos{whole<std::int64_t>(json.at("saved_at"))};
  file.recorded = json.at("recorded").get<bool>();
  BookImage& book = file.saved.book.book;
  const auto price = whole<int>(json.at("price_decimals"));
  const auto quantity = whole<int>(json.at("quantity_decimals"));
  if (price < 0 || price > kMaxScale || quantity < 0 || quantity > kMaxScale) return "decimals out of range";
  book.scales = {static_cast<std::uint8_t>(price), static_cast<std::uint8_t>(quantity)};
  book.last_update_id = UpdateId{whole<std::int64_t>(json.at("last_update_id"))};
  book.suspect_upto = UpdateId{whole<std::int64_t>(json.at("suspect_upto"))};
  if (book.last_update_id.value() < 0 || book.suspect_upto > book.last_update_id) return "update ids out of range";
  book.epoch = whole<std::uint64_t>(json.at("epoch"));
  book.ghosts = whole<std::uint64_t>(json.at("ghosts"));
  file.saved.book.snapshot_is_last = json.at("snapshot_is_last").get<bool>();
  file.saved.book.last_event_time = time_of(json.at("last_event_time"));
  file.saved.book.last_update_received = time_of(json.at("last_update_received"));
  file.saved.book.gap_event_time = time_of(json.at("gap_event_time"));
  for (const Json& gap : json.at("gaps")) {
    file.saved.book.gaps.push_back(
        {UpdateId{whole<std::int64_t>(gap.at(0))}, UnixNanos{whole<std::int64_t>(gap.at(1))}});
  }
  file.saved.status = collector::symbol_status_from(json.at("status").get<std::string>());
  file.saved.connected = json.at("connected").get<bool>();
  file.saved.minute = minute_of(json.at("minute"));
  for (const Json& one : json.at("coverage")) {
    const auto low = end_of(one.at(0), price, CoverageSet::kNoLowerEnd);
    const auto high = end_of(one.at(1), price, CoverageSet::kNoUpperEnd);
    if (!low || !high || *low > *high) return "a coverage interval that is none";
    book.coverage.push_back({*low, *high});
  }
  if (!has_sound_times(file)) return "a time before 1970";
  counts = {whole<std::size_t>(json.at("bids")), whole<std::size_t>(json.at("asks")),
            whole<std::uint64_t>(json.at("fingerprint"))};
  return {};
}

std::optional<std::array<std::string_view, 7>> fields_of(std::string_view line) {
  std::array<std::string_view, 7> fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t comma = line.find(',');
    if ((comma == std::string_view::npos) != (i + 1 == fields.size())) return std::nullopt;
    fields[i] = line.substr(0, comma);
    line.remove_prefix(comma == std::string_view::npos ? line.size() : comma + 1);
  }
  return fields;
}

std::optional<BookLevel> level_of(const std::array<std::string_view, 7>& fields, const BookImage& book) {
  const auto price = units_of(fields[1], book.scales.price);
  const auto quantity = units_of(fields[2], book.scales.quantity);
  std::int64_t id = 0;
  const char* const end = fields[3].data() + fields[3].size();
  const auto [stop, error] = std::from_chars(fields[3].data(), end, id);
  const bool from_snapshot = fields[4] == "snapshot";
  if (!price || !quantity || *quantity <= 0 || error != std::errc{} || stop != end || id < 0 ||
      id > book.last_update_id.value() || (!from_snapshot && fields[4] != "update")) {
    return std::nullopt;
  }
  return BookLevel{Price{*price}, Quantity{*quantity}, {UpdateId{id}, from_snapshot}};
}

Result<void> read_levels(Lines& lines, Side side, std::size_t count, BookImage& book) {
  std::vector<BookLevel>& levels = side == Side::kBid ? book.bids : book.asks;
  for (std::size_t i = 0; i < count; ++i) {
    const auto line = lines.next();
    if (!line) return bad(lines.number() + 1, "the file ends too early");
    const auto fields = fields_of(*line);
    const auto level = fields ? level_of(*fields, book) : std::nullopt;
    if (!level || (*fields)[0] != (side == Side::kBid ? "bid" : "ask")) return bad(lines.number(), "not a level");
    const bool in_order = levels.empty() || (side == Side::kBid ? level->price < levels.back().price
                                                                : level->price > levels.back().price);
    if (!in_order) return bad(lines.number(), "the levels are not in order");
    levels.push_back(*level);
  }
  return {};
}

}  // namespace

std::string book_text(const BookFile& file) {
  CoverageSet coverage;
  for (const PriceInterval& one : file.saved.book.book.coverage) coverage.add(one);
  std::string out(kForm);
  out += fmt::format("# {}\n{}", head_json(file).dump(), kHead);
  append_levels(out, Side::kBid, file.saved.book.book, coverage);
  append_levels(out, Side::kAsk, file.saved.book.book, coverage);
  return out;
}

Result<BookFile> parse_book_text(std::string_view text) {
  Lines lines(text);
  const auto form = lines.next();
  if (!form || *form != kForm.substr(0, kForm.size() - 1)) return bad(1, "not a book of acts");
  const auto head = lines.next();
  if (!head || !head->starts_with("# ")) return bad(2, "not what a book begins with");
  BookFile file;
  Counts counts;
  try {
    const std::string problem = read_head(Json::parse(head->substr(2)), file, counts);
    if (!problem.empty()) return bad(2, problem);
  } catch (const std::exception& error) {
    return bad(2, error.what());
  }
  const auto names = lines.next();
  if (!names || *names != kHead.substr(0, kHead.size() - 1)) return bad(3, "not the columns of a book");
  for (const auto& [side, count] : {std::pair{Side::kBid, counts.bids}, std::pair{Side::kAsk, counts.asks}}) {
    if (Result<void> read = read_levels(lines, side, count, file.saved.book.book); !read)
      return std::unexpected(read.error());
  }
  if (!lines.at_end()) return bad(lines.number() + 1, "more than its levels");
  if (fingerprint(file.saved.book.book) != counts.fingerprint)
    return bad(2, "the fingerprint is not that of the levels");
  return file;
}

std::string checkpoint_directory(std::string_view data_dir, Venue venue, std::string_view symbol) {
  return fmt::format("{}/checkpoints/{}/{}", data_dir, to_string(venue), symbol);
}

std::string full_book_directory(std::string_view data_dir, Venue venue, std::string_view symbol) {
  return fmt::format("{}/books/{}/{}", data_dir, to_string(venue), symbol);
}

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
