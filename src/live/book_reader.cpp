#include "live/book_reader.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "acts/base/decimal.hpp"

namespace acts {
namespace {

using Json = nlohmann::ordered_json;

std::unexpected<Error> bad(std::uint64_t line, std::string_view what) {
  return fail(ErrorCode::kBadInput, fmt::format("line {}: {}", line, what));
}

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
std::string read_head_json(const Json& json, BookFile& file, BookReader::Promise& promise) {
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
  promise = {whole<std::size_t>(json.at("bids")), whole<std::size_t>(json.at("asks")),
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

}  // namespace

Result<BookReader> BookReader::open(std::unique_ptr<ByteSource> source) {
  BookReader reader{LineReader(std::move(source))};
  if (auto read = reader.read_head(); !read) return std::unexpected(std::move(read.error()));
  return reader;
}

Result<BookReader> BookReader::open(const std::string& path) {
  auto file = open_file(path);
  if (!file) return std::unexpected(std::move(file.error()));
  auto bytes = unpack(std::move(*file));
  auto reader = bytes ? open(std::move(*bytes)) : Result<BookReader>(std::unexpected(std::move(bytes.error())));
  if (!reader) return fail(reader.error().code, fmt::format("{}: {}", path, reader.error().message));
  return reader;
}

Result<std::optional<std::string_view>> BookReader::line() {
  auto found = lines_.next();
  if (found) return found;
  return fail(found.error().code, fmt::format("line {}: {}", lines_.line_number() + 1, found.error().message));
}

Result<void> BookReader::read_head() {
  const auto form = line();
  if (!form) return std::unexpected(form.error());
  if (!*form || **form != kBookForm) return bad(1, "not a book of acts");
  const auto head = line();
  if (!head) return std::unexpected(head.error());
  if (!*head || !(*head)->starts_with("# ")) return bad(2, "not what a book begins with");
  try {
    const std::string problem = read_head_json(Json::parse((*head)->substr(2)), head_, promise_);
    if (!problem.empty()) return bad(2, problem);
  } catch (const std::exception& error) {
    return bad(2, error.what());
  }
  const auto names = line();
  if (!names) return std::unexpected(names.error());
  if (!*names || **names != kBookColumns) return bad(3, "not the columns of a book");
  return {};
}

Result<std::optional<BookReader::Level>> BookReader::next() {
  if (side_ == Side::kBid && taken_ == promise_.bids) {
    side_ = Side::kAsk;
    taken_ = 0;
    last_.reset();
  }
  const auto text = line();
  if (!text) return std::unexpected(text.error());
  const bool is_over = side_ == Side::kAsk && taken_ == promise_.asks;
  if (is_over) {
    if (*text) return bad(lines_.line_number(), "more than its levels");
    return std::optional<Level>();
  }
  if (!*text) return bad(lines_.line_number() + 1, "the file ends too early");
  const auto fields = fields_of(**text);
  const auto level = fields ? level_of(*fields, head_.saved.book.book) : std::nullopt;
  if (!level || (*fields)[0] != (side_ == Side::kBid ? "bid" : "ask")) return bad(lines_.line_number(), "not a level");
  if (last_ && (side_ == Side::kBid ? level->price >= *last_ : level->price <= *last_)) {
    return bad(lines_.line_number(), "the levels are not in order");
  }
  last_ = level->price;
  return Level{side_, *level, static_cast<std::int64_t>(taken_++)};
}

}  // namespace acts
