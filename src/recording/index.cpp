#include "recording/index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <optional>
#include <tuple>
#include <type_traits>
#include <vector>

#include "recording/flat_json.hpp"
#include "recording/layout.hpp"

namespace acts {
namespace {

using index::Alive;
using index::Audit;
using index::BookRestored;
using index::BookSaved;
using index::ConnectionClosed;
using index::ConnectionOpened;
using index::ConnectionRun;
using index::Connections;
using index::Durable;
using index::Frame;
using index::Gap;
using index::RestAnswer;
using index::RestFailed;
using index::RunContinued;
using index::RunEnded;
using index::RunStarted;
using index::Sealed;
using index::StreamLost;
using index::StreamOpened;
using index::SymbolAdded;
using index::SymbolRemoved;
using index::Timer;

// The keys of an event and the members behind them, written and read by the same list.
template <typename Event, typename Member>
struct Key {
  std::string_view name;
  Member Event::* member;
  bool may_lack = false;  // in what an older version wrote
};

template <typename Event>
struct Form;

template <>
struct Form<RunStarted> {
  static constexpr std::string_view kName = "run_started";
  static constexpr auto kKeys = std::tuple{Key{"version", &RunStarted::version}, Key{"venue", &RunStarted::venue},
                                           Key{"shard", &RunStarted::shard}, Key{"settings", &RunStarted::settings}};
};
template <>
struct Form<RunContinued> {
  static constexpr std::string_view kName = "run_continued";
  static constexpr auto kKeys =
      std::tuple{Key{"version", &RunContinued::version}, Key{"venue", &RunContinued::venue},
                 Key{"shard", &RunContinued::shard}, Key{"settings", &RunContinued::settings, true}};
};
template <>
struct Form<RunEnded> {
  static constexpr std::string_view kName = "run_ended";
  static constexpr auto kKeys = std::tuple{Key{"reason", &RunEnded::reason}};
};
template <>
struct Form<Alive> {
  static constexpr std::string_view kName = "alive";
  static constexpr auto kKeys = std::tuple{};
};
template <>
struct Form<ConnectionOpened> {
  static constexpr std::string_view kName = "connection_opened";
  static constexpr auto kKeys =
      std::tuple{Key{"connection", &ConnectionOpened::connection}, Key{"url", &ConnectionOpened::url}};
};
template <>
struct Form<ConnectionClosed> {
  static constexpr std::string_view kName = "connection_closed";
  static constexpr auto kKeys =
      std::tuple{Key{"connection", &ConnectionClosed::connection}, Key{"reason", &ConnectionClosed::reason}};
};
template <>
struct Form<Connections> {
  static constexpr std::string_view kName = "connections";
  static constexpr auto kKeys = std::tuple{Key{"runs", &Connections::runs}};
};
template <>
struct Form<RestAnswer> {
  static constexpr std::string_view kName = "rest_answer";
  static constexpr auto kKeys = std::tuple{Key{"request", &RestAnswer::request}, Key{"kind", &RestAnswer::kind},
                                           Key{"symbol", &RestAnswer::symbol},   Key{"limit", &RestAnswer::limit},
                                           Key{"status", &RestAnswer::status},   Key{"headers", &RestAnswer::headers},
                                           Key{"sent", &RestAnswer::sent, true}};
};
template <>
struct Form<RestFailed> {
  static constexpr std::string_view kName = "rest_failed";
  static constexpr auto kKeys = std::tuple{Key{"request", &RestFailed::request}, Key{"kind", &RestFailed::kind},
                                           Key{"symbol", &RestFailed::symbol},   Key{"limit", &RestFailed::limit},
                                           Key{"status", &RestFailed::status},   Key{"reason", &RestFailed::reason}};
};
template <>
struct Form<Timer> {
  static constexpr std::string_view kName = "timer";
  static constexpr auto kKeys = std::tuple{Key{"symbol", &Timer::symbol}, Key{"due", &Timer::due}};
};
template <>
struct Form<SymbolAdded> {
  static constexpr std::string_view kName = "symbol_added";
  static constexpr auto kKeys =
      std::tuple{Key{"symbol", &SymbolAdded::symbol}, Key{"settings", &SymbolAdded::settings}};
};
template <>
struct Form<SymbolRemoved> {
  static constexpr std::string_view kName = "symbol_removed";
  static constexpr auto kKeys = std::tuple{Key{"symbol", &SymbolRemoved::symbol}};
};
template <>
struct Form<StreamOpened> {
  static constexpr std::string_view kName = "stream_opened";
  static constexpr auto kKeys = std::tuple{Key{"symbol", &StreamOpened::symbol}};
};
template <>
struct Form<StreamLost> {
  static constexpr std::string_view kName = "stream_lost";
  static constexpr auto kKeys = std::tuple{Key{"symbol", &StreamLost::symbol}, Key{"reason", &StreamLost::reason}};
};
template <>
struct Form<BookSaved> {
  static constexpr std::string_view kName = "book_saved";
  static constexpr auto kKeys = std::tuple{Key{"symbol", &BookSaved::symbol}, Key{"update_id", &BookSaved::update_id},
                                           Key{"fingerprint", &BookSaved::fingerprint}};
};
template <>
struct Form<BookRestored> {
  static constexpr std::string_view kName = "book_restored";
  static constexpr auto kKeys =
      std::tuple{Key{"symbol", &BookRestored::symbol}, Key{"update_id", &BookRestored::update_id},
                 Key{"fingerprint", &BookRestored::fingerprint}};
};
template <>
struct Form<Gap> {
  static constexpr std::string_view kName = "gap";
  static constexpr auto kKeys = std::tuple{Key{"symbol", &Gap::symbol}, Key{"reason", &Gap::reason}};
};
template <>
struct Form<Audit> {
  static constexpr std::string_view kName = "audit";
  static constexpr auto kKeys =
      std::tuple{Key{"symbol", &Audit::symbol}, Key{"update_id", &Audit::update_id}, Key{"match", &Audit::match},
                 Key{"drift", &Audit::drift},   Key{"ghost", &Audit::ghost},         Key{"missed", &Audit::missed}};
};
template <>
struct Form<Durable> {
  static constexpr std::string_view kName = "durable";
  static constexpr auto kKeys = std::tuple{Key{"bytes", &Durable::bytes}, Key{"crc32", &Durable::crc32}};
};
template <>
struct Form<Frame> {
  static constexpr std::string_view kName = "frame";
  static constexpr auto kKeys = std::tuple{Key{"bytes", &Frame::bytes}};
};
template <>
struct Form<Sealed> {
  static constexpr std::string_view kName = "sealed";
  static constexpr auto kKeys = std::tuple{Key{"log", &Sealed::log}, Key{"bytes", &Sealed::bytes},
                                           Key{"crc32", &Sealed::crc32}, Key{"lost", &Sealed::lost}};
};

std::string text_of(const std::vector<ConnectionRun>& runs) {
  std::string text;
  for (const ConnectionRun& run : runs) {
    if (!text.empty()) text += ' ';
    fmt::format_to(std::back_inserter(text), "{}", run.connection);
    if (run.use == LineUse::kHeld) text += 'h';
    if (run.use == LineUse::kRepeated) text += 'r';
    if (run.lines != 1) fmt::format_to(std::back_inserter(text), "*{}", run.lines);
  }
  return text;
}

// Nothing unless the whole of `text` is a number.
std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

// Nothing unless it is what text_of() makes of runs that are sound.
std::optional<std::vector<ConnectionRun>> runs_of(std::string_view text) {
  std::vector<ConnectionRun> runs;
  for (bool more = true; more;) {
    const std::size_t blank = text.find(' ');
    const std::string_view one = text.substr(0, blank);
    const std::size_t star = one.find('*');
    std::string_view name = one.substr(0, star);
    const LineUse use = name.ends_with('h')   ? LineUse::kHeld
                        : name.ends_with('r') ? LineUse::kRepeated
                                              : LineUse::kTaken;
    if (use != LineUse::kTaken) name.remove_suffix(1);
    const auto connection = whole_number(name);
    const auto lines = star == std::string_view::npos ? 1 : whole_number(one.substr(star + 1));
    if (!connection || !lines || *lines == 0 || runs.size() == kMaxConnectionRuns) return std::nullopt;
    runs.push_back({*connection, *lines, use});
    more = blank != std::string_view::npos;
    if (more) text.remove_prefix(blank + 1);
  }
  return runs;
}

// Calls visit(key, member) for each key of the event in order.
template <typename Event>
void for_each_key(Event& event, auto&& visit) {
  std::apply([&](const auto&... keys) { (visit(keys, event.*keys.member), ...); },
             Form<std::remove_const_t<Event>>::kKeys);
}

void append_number(std::string& out, std::integral auto number) {
  const fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

class LineMaker {
 public:
  explicit LineMaker(std::string& out) : out_(out) {}

  void operator()(std::string_view key, const std::string& text) {
    if (text.size() > kMaxIndexTextBytes) {
      too_long_ = key;
      return;
    }
    begin(key);
    append_json_string(out_, text);
  }
  void operator()(std::string_view key, const std::vector<ConnectionRun>& runs) {
    if (runs.size() > kMaxConnectionRuns) {
      too_long_ = key;
    } else {
      (*this)(key, text_of(runs));
    }
  }
  void operator()(std::string_view key, UnixNanos time) { (*this)(key, time.value); }
  void operator()(std::string_view key, std::integral auto number) {
    begin(key);
    append_number(out_, number);
  }

  [[nodiscard]] std::string_view too_long() const { return too_long_; }

 private:
  void begin(std::string_view key) {
    out_ += ",\"";
    out_ += key;
    out_ += "\":";
  }

  std::string& out_;
  std::string_view too_long_;
};

// Hands out the fields of a parsed line by key and remembers the first thing that is wrong.
class FieldTaker {
 public:
  explicit FieldTaker(std::vector<FlatField> fields) : fields_(std::move(fields)) {}

  void operator()(std::string_view key, std::string& out) {
    if (FlatField* const field = take(key, true)) out = std::move(field->text);
  }
  void operator()(std::string_view key, std::vector<ConnectionRun>& out) {
    const FlatField* const field = take(key, true);
    if (field == nullptr) return;
    if (auto runs = runs_of(field->text)) {
      out = std::move(*runs);
    } else {
      complain(fmt::format("has something else than runs of lines in '{}'", key));
    }
  }
  void operator()(std::string_view key, UnixNanos& out) { (*this)(key, out.value); }
  template <std::integral Integer>
  void operator()(std::string_view key, Integer& out) {
    const FlatField* const field = take(key, false);
    if (field == nullptr) return;
    const char* const end = field->text.data() + field->text.size();
    const auto [stop, error] = std::from_chars(field->text.data(), end, out);
    if (error != std::errc{} || stop != end) complain(fmt::format("has a number out of range for '{}'", key));
  }

  [[nodiscard]] bool sound() const { return problem_.empty(); }
  [[nodiscard]] bool has(std::string_view key) const {
    return std::ranges::find(fields_, key, &FlatField::key) != fields_.end();
  }

  // Every key must have been asked for.
  [[nodiscard]] std::string finish() {
    if (taken_ != fields_.size()) complain("has a key that is not known: was it written by a newer acts?");
    return std::move(problem_);
  }

 private:
  FlatField* take(std::string_view key, bool is_string) {
    const auto found = std::ranges::find(fields_, key, &FlatField::key);
    if (found == fields_.end()) {
      complain(fmt::format("has no '{}'", key));
      return nullptr;
    }
    ++taken_;
    if (found->is_string == is_string) return &*found;
    complain(fmt::format("has the wrong type for '{}'", key));
    return nullptr;
  }

  void complain(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  std::vector<FlatField> fields_;
  std::size_t taken_ = 0;
  std::string problem_;
};

// Default-constructs the alternative of this name.
template <std::size_t Index = 0>
bool select_event(std::string_view name, IndexEvent& event) {
  if constexpr (Index < std::variant_size_v<IndexEvent>) {
    using Event = std::variant_alternative_t<Index, IndexEvent>;
    if (name != Form<Event>::kName) return select_event<Index + 1>(name, event);
    event.emplace<Event>();
    return true;
  } else {
    return false;
  }
}

}  // namespace

Result<void> append_index_line(std::string& out, const IndexEntry& entry) {
  const std::size_t start = out.size();
  LineMaker make(out);
  std::visit(
      [&]<typename Event>(const Event& event) {
        out += R"({"n":)";
        append_number(out, entry.lines_before);
        out += R"(,"ts":)";
        append_number(out, entry.ts.value);
        out += R"(,"event":")";
        out += Form<Event>::kName;
        out += '"';
        for_each_key(event, [&](const auto& key, const auto& member) { make(key.name, member); });
      },
      entry.event);
  out += "}\n";
  if (make.too_long().empty()) return {};
  out.resize(start);
  return fail(ErrorCode::kBadInput, fmt::format("'{}' of an index entry is longer than {} bytes or {} runs of lines",
                                                make.too_long(), kMaxIndexTextBytes, kMaxConnectionRuns));
}

Result<IndexEntry> parse_index_line(std::string_view line) {
  auto fields = parse_flat_json(line);
  if (!fields) return std::unexpected(std::move(fields.error()));
  FieldTaker take(std::move(*fields));
  IndexEntry entry;
  std::string name;
  take("n", entry.lines_before);
  take("ts", entry.ts.value);
  take("event", name);
  if (take.sound() && !select_event(name, entry.event)) {
    return fail(ErrorCode::kBadInput, fmt::format("has the unknown event '{}': was it written by a newer acts?", name));
  }
  if (take.sound()) {
    const auto take_key = [&](const auto& key, auto& member) {
      if (!key.may_lack || take.has(key.name)) take(key.name, member);
    };
    std::visit([&](auto& event) { for_each_key(event, take_key); }, entry.event);
  }
  if (std::string problem = take.finish(); !problem.empty()) return fail(ErrorCode::kBadInput, std::move(problem));
  return entry;
}

std::string index_path_for(std::string_view log_path) {
  for (const std::string_view ending : {".zst", ".gz", ".jsonl"}) {
    if (log_path.ends_with(ending)) log_path.remove_suffix(ending.size());
  }
  return fmt::format("{}{}", log_path, kIndexEnding);
}

IndexReader::IndexReader(std::unique_ptr<ByteSource> source) : lines_(std::move(source), kMaxIndexLineBytes) {}

Result<std::optional<IndexEntry>> IndexReader::next() {
  const auto line = lines_.next();
  const auto at_line = [this](const Error& error) {
    return fail(error.code, fmt::format("line {}: {}", lines_.line_number(), error.message));
  };
  if (!line) return at_line(line.error());
  if (!*line) return std::nullopt;
  auto entry = parse_index_line(**line);
  if (!entry) return at_line(entry.error());
  if (entry->lines_before < last_n_) {
    return at_line({ErrorCode::kBadInput, fmt::format("goes back from {} lines to {}", last_n_, entry->lines_before)});
  }
  last_n_ = entry->lines_before;
  return std::move(*entry);
}

}  // namespace acts
