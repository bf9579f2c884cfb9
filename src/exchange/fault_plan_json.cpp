#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>

#include "acts/base/nearest_name.hpp"

#include "exchange/fault_plan.hpp"

namespace acts::exchange {
namespace {

using Json = nlohmann::json;
using std::string_view;

constexpr std::size_t kMaxShown = 40;  // of a name that somebody typed
constexpr std::size_t kDefaultHugeBytes = 17 * 1024 * 1024;
constexpr int kMaxNesting = 16;
constexpr std::array<string_view, 4> kRequests{"depth", "exchangeInfo", "time", "ping"};
constexpr std::array<int, 6> kRefusals{0, 403, 418, 429, 451, 503};
constexpr std::array kStreams{binance::StreamKind::kDepth,      binance::StreamKind::kPartialDepth,
                              binance::StreamKind::kBookTicker, binance::StreamKind::kTrade,
                              binance::StreamKind::kAggTrade,   binance::StreamKind::kMarkPrice,
                              binance::StreamKind::kOther};

// Where in the plan, and what is wrong there.
struct Complaint {
  std::string text;
};
using Checked = std::expected<void, Complaint>;

std::unexpected<Complaint> wrong(string_view place, string_view what) {
  return std::unexpected(Complaint{fmt::format("{}: {}", place, what)});
}

std::string shown(string_view typed) {
  return Json(typed.substr(0, kMaxShown)).dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string advice(string_view typed, std::span<const string_view> names) {
  const string_view nearest = nearest_name(typed, names);
  if (!nearest.empty()) return fmt::format("did you mean \"{}\"?", nearest);
  return fmt::format("there is {}", fmt::join(names, ", "));
}

std::vector<string_view> words_of(string_view text) {
  std::vector<string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

Checked read_span(const Json& value, string_view place, Nanos least, Nanos& out) {
  if (!value.is_string()) return wrong(place, R"(a duration as text, such as "30s")");
  const auto& text = value.get_ref<const std::string&>();
  const Result<Nanos> span = parse_duration(text);
  if (!span && span.error().message.contains("is too long")) {
    return wrong(place, fmt::format("{} is too long: {} at most", shown(text), to_string(kMaxPlanTime)));
  }
  if (!span) return wrong(place, fmt::format("{} is no duration: write one such as \"30s\"", shown(text)));
  if (*span < least || *span > kMaxPlanTime) {
    return wrong(place, fmt::format("{} is not from {} to {}", shown(text), to_string(least), to_string(kMaxPlanTime)));
  }
  out = *span;
  return {};
}

template <typename Number>
Checked read_whole(const Json& value, string_view place, std::uint64_t least, std::uint64_t most, Number& out) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < least || value.get<std::uint64_t>() > most) {
    return wrong(place, fmt::format("a whole number from {} to {} is wanted", least, most));
  }
  out = static_cast<Number>(value.get<std::uint64_t>());
  return {};
}

// Texts of a list that is not empty, each handed to `take`.
template <typename Take>
Checked read_texts(const Json& value, string_view place, const Take& take) {
  if (!value.is_array() || value.empty()) return wrong(place, R"(a list of texts is wanted, such as ["a"])");
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!value[i].is_string()) return wrong(fmt::format("{}[{}]", place, i), "text in quotes is wanted");
    if (Checked taken = take(value[i].get_ref<const std::string&>(), fmt::format("{}[{}]", place, i)); !taken)
      return taken;
  }
  return {};
}

Checked read_streams(const Json& value, string_view place, FaultRule& rule) {
  std::vector<string_view> names(kStreams.size());
  std::ranges::transform(kStreams, names.begin(), [](binance::StreamKind kind) { return to_string(kind); });
  return read_texts(value, place, [&](const std::string& text, const std::string& where) -> Checked {
    const auto found = std::ranges::find(names, text);
    if (found == names.end())
      return wrong(where, fmt::format("{} is no kind of stream; {}", shown(text), advice(text, names)));
    rule.streams.push_back(kStreams[static_cast<std::size_t>(found - names.begin())]);
    return {};
  });
}

Checked read_requests(const Json& value, string_view place, FaultRule& rule) {
  return read_texts(value, place, [&](const std::string& text, const std::string& where) -> Checked {
    if (std::ranges::find(kRequests, text) == kRequests.end())
      return wrong(where, fmt::format("{} is not served; {}", shown(text), advice(text, kRequests)));
    rule.requests.push_back(text);
    return {};
  });
}

Checked read_symbols(const Json& value, string_view place, FaultRule& rule) {
  return read_texts(value, place, [&](const std::string& text, const std::string& where) -> Checked {
    if (text.empty()) return wrong(where, "a symbol is wanted");
    rule.symbols.push_back(text);
    return {};
  });
}

Checked read_connections(const Json& value, string_view place, FaultRule& rule) {
  if (!value.is_array() || value.empty()) return wrong(place, "a list of numbers is wanted, such as [1, 2]");
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string where = fmt::format("{}[{}]", place, i);
    if (Checked read = read_whole(value[i], where, 1, UINT32_MAX, rule.connections.emplace_back()); !read) return read;
  }
  return {};
}

Checked read_probability(const Json& value, string_view place, FaultRule& rule) {
  if (!value.is_number() || !(value.get<double>() > 0) || value.get<double>() > 1)
    return wrong(place, "a number above 0 and up to 1 is wanted");
  rule.probability = value.get<double>();
  return {};
}

Checked read_by(const Json& value, string_view place, FaultRule& rule) {
  constexpr Nanos kLeast = std::chrono::milliseconds{1};
  if (!value.is_string()) return wrong(place, R"(a duration as text, such as "2s")");
  const auto text = value.get<std::string>();
  const bool is_back = rule.kind == FaultKind::kClockSkew && text.starts_with('-');
  if (Checked read = read_span(is_back ? Json(text.substr(1)) : value, place, kLeast, rule.by); !read) return read;
  if (rule.kind == FaultKind::kAnswerStale && rule.by > kOldestBook)
    return wrong(place, fmt::format("books are remembered for {} at most", to_string(kOldestBook)));
  if (rule.kind == FaultKind::kAnswerLate && rule.by > kLatestAnswer)
    return wrong(place, fmt::format("answers are held back for {} at most", to_string(kLatestAnswer)));
  if (is_back) rule.by = -rule.by;
  return {};
}

// What a server may say in a close frame (RFC 6455 section 7.4); 1006 is said by none: it stands for a reset.
Checked read_code(const Json& value, string_view place, FaultRule& rule) {
  if (Checked read = read_whole(value, place, 1000, 4999, rule.code); !read) return read;
  const int code = rule.code;
  if (code == 1004 || code == 1005 || (code > 1014 && code < 3000))
    return wrong(place, fmt::format("{} cannot be sent: write 1000, 1001, 1006, 1008 or another code", code));
  if (code == 1006) rule.code = 0;
  return {};
}

Checked read_status(const Json& value, string_view place, FaultRule& rule) {
  if (Checked read = read_whole(value, place, 0, 599, rule.code); !read) return read;
  if (std::ranges::find(kRefusals, rule.code) != kRefusals.end()) return {};
  return wrong(place, fmt::format("one of {} is wanted; 0 is a reset", fmt::join(kRefusals, ", ")));
}

Checked read_tick(const Json& value, string_view place, FaultRule& rule) {
  const Result<Decimal> tick =
      value.is_string() ? parse_decimal(value.get_ref<const std::string&>()) : fail(ErrorCode::kUsage, "");
  if (!tick || tick->units <= 0 || tick->scale > 8)
    return wrong(place, R"(a price step of at most 8 decimals as text is wanted, such as "0.001")");
  rule.tick_size = *tick;
  return {};
}

Checked read_reason(const Json& value, string_view place, FaultRule& rule) {
  constexpr std::size_t kMaxReason = 100;  // a control frame carries 125 bytes
  if (!value.is_string() || value.get_ref<const std::string&>().size() > kMaxReason)
    return wrong(place, fmt::format("text of at most {} bytes is wanted", kMaxReason));
  rule.reason = value.get<std::string>();
  return {};
}

Checked read_key(string_view key, const Json& value, const std::string& place, FaultRule& rule) {
  constexpr std::uint64_t kMost = UINT32_MAX;
  if (key == "symbols") return read_symbols(value, place, rule);
  if (key == "streams") return read_streams(value, place, rule);
  if (key == "connections") return read_connections(value, place, rule);
  if (key == "requests") return read_requests(value, place, rule);
  if (key == "at") return read_span(value, place, Nanos{0}, rule.at);
  if (key == "every") return read_span(value, place, std::chrono::milliseconds{1}, rule.every.emplace());
  if (key == "for") return read_span(value, place, std::chrono::milliseconds{1}, rule.lasts.emplace());
  if (key == "times") return read_whole(value, place, 1, kMost, rule.times.emplace());
  if (key == "count") return read_whole(value, place, 1, kMost, rule.count.emplace());
  if (key == "probability") return read_probability(value, place, rule);
  if (key == "by") return read_by(value, place, rule);
  if (key == "retry_after") return read_span(value, place, std::chrono::seconds{1}, rule.retry_after);
  if (key == "code") return read_code(value, place, rule);
  if (key == "status") return read_status(value, place, rule);
  if (key == "reason") return read_reason(value, place, rule);
  if (key == "bytes") return read_whole(value, place, 1, kMaxHugeBytes, rule.bytes);
  return read_tick(value, place, rule);
}

// The key is one that a rule of this kind has.
std::vector<string_view> keys_of(const FaultFacts& facts) {
  std::vector<string_view> keys{"kind", "at", "every", "times"};
  if (!facts.is_moment) keys.emplace_back("for");
  if (facts.kind == FaultKind::kList) keys = {"kind", "at"};
  for (const string_view some : {facts.needs, facts.takes}) {
    const std::vector<string_view> words = words_of(some);
    keys.insert(keys.end(), words.begin(), words.end());
  }
  return keys;
}

Checked check_times(const FaultRule& rule, const std::string& place) {
  if (rule.times && !rule.every) return wrong(place + ".times", R"("every" is missing: how often?)");
  if (rule.every && rule.lasts && *rule.lasts > *rule.every)
    return wrong(place + ".for", R"(longer than "every": the next time would come before it is over)");
  if (rule.every && !rule.lasts && !rule.count && !facts_of(rule.kind).is_moment)
    return wrong(place, R"("every" wants "for" or "count": how long, or how many?)");
  return {};
}

void set_defaults(FaultRule& rule) {
  if (rule.kind == FaultKind::kHugeMessage) rule.bytes = kDefaultHugeBytes;
  if (rule.kind == FaultKind::kClose) rule.code = 1001;
}

Checked read_rule(const Json& entry, const std::string& place, FaultRule& rule) {
  if (!entry.is_object()) return wrong(place, R"(an object is wanted, such as {"kind": "close", "at": "30s"})");
  const auto kind = entry.find("kind");
  std::vector<string_view> names(fault_facts().size());
  std::ranges::transform(fault_facts(), names.begin(), &FaultFacts::name);
  if (kind == entry.end())
    return wrong(place, fmt::format(R"("kind" is missing; there is {})", fmt::join(names, ", ")));
  if (!kind->is_string()) return wrong(place + ".kind", "text in quotes is wanted");
  const auto& typed = kind->get_ref<const std::string&>();
  const auto named = std::ranges::find(names, typed);
  if (named == names.end())
    return wrong(place + ".kind", fmt::format("there is no fault {}; {}", shown(typed), advice(typed, names)));
  const FaultFacts& facts = fault_facts()[static_cast<std::size_t>(named - names.begin())];
  rule.kind = facts.kind;
  set_defaults(rule);
  const std::vector<string_view> keys = keys_of(facts);
  for (const auto& [key, value] : entry.items()) {
    if (std::ranges::find(keys, string_view(key)) == keys.end())
      return wrong(place, fmt::format("{} has no key {}; {}", facts.name, shown(key), advice(key, keys)));
    if (key == "kind") continue;
    if (Checked read = read_key(key, value, fmt::format("{}.{}", place, key), rule); !read) return read;
  }
  for (const string_view key : words_of(facts.needs)) {
    if (!entry.contains(key)) return wrong(place, fmt::format(R"({} wants "{}")", facts.name, key));
  }
  return check_times(rule, place);
}

Checked read_plan(const Json& json, FaultPlan& plan) {
  constexpr std::array<string_view, 2> kKeys{"seed", "faults"};
  if (!json.is_object()) return wrong("the plan", R"(an object is wanted, such as {"seed": 1, "faults": []})");
  for (const auto& [key, value] : json.items()) {
    if (std::ranges::find(kKeys, string_view(key)) == kKeys.end())
      return wrong("the plan", fmt::format("unknown key {}; {}", shown(key), advice(key, kKeys)));
  }
  if (json.contains("seed")) {
    if (Checked read = read_whole(json["seed"], "seed", 0, UINT64_MAX, plan.seed); !read) return read;
  }
  const auto faults = json.find("faults");
  if (faults == json.end()) return wrong("the plan", R"("faults" is missing: a list)");
  if (!faults->is_array() || faults->size() > kMaxFaultRules)
    return wrong("faults", fmt::format("a list of at most {} is wanted", kMaxFaultRules));
  for (std::size_t i = 0; i < faults->size(); ++i) {
    if (Checked read = read_rule((*faults)[i], fmt::format("faults[{}]", i), plan.rules.emplace_back()); !read)
      return read;
  }
  return {};
}

std::pair<std::size_t, std::size_t> line_and_column(string_view text, std::size_t byte) {
  const string_view before = text.substr(0, std::min(byte, text.size()));
  const std::size_t last = before.rfind('\n');
  return {1 + static_cast<std::size_t>(std::ranges::count(before, '\n')),
          last == string_view::npos ? before.size() : before.size() - last - 1};
}

}  // namespace

Result<FaultPlan> parse_fault_plan(string_view json, string_view file) {
  // A key given twice is no syntax error of JSON, and the second would win in silence.
  std::vector<std::set<std::string>> open;
  std::string twice;
  bool is_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    is_deep |= depth > kMaxNesting;
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end && !open.empty()) open.pop_back();
    if (event == Json::parse_event_t::key && !open.empty() && !open.back().insert(value.get<std::string>()).second)
      twice = value.get<std::string>();
    return depth <= kMaxNesting;
  };
  Json parsed;
  try {
    parsed = Json::parse(json, watch);
  } catch (const Json::parse_error& error) {
    const auto [line, column] = line_and_column(json, error.byte);
    return fail(ErrorCode::kUsage, fmt::format("{}:{}:{}: this is no JSON", file, line, column));
  } catch (const Json::exception&) {  // a number beyond a double's
    return fail(ErrorCode::kUsage, fmt::format("{}: a number is too large", file));
  }
  if (is_deep) return fail(ErrorCode::kUsage, fmt::format("{}: nested far too deep for a plan", file));
  if (!twice.empty()) return fail(ErrorCode::kUsage, fmt::format("{}: the key {} is given twice", file, shown(twice)));
  FaultPlan plan;
  plan.file = file;
  if (const Checked read = read_plan(parsed, plan); !read)
    return fail(ErrorCode::kUsage, fmt::format("{}: {}", file, read.error().text));
  return plan;
}

Result<FaultPlan> read_fault_plan(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kMaxPlanBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad()) return fail(ErrorCode::kUsage, fmt::format("{}: cannot be read", file));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMaxPlanBytes)
    return fail(ErrorCode::kUsage,
                fmt::format("{}: more than {} bytes: this is no plan of faults", file, kMaxPlanBytes));
  return parse_fault_plan(text, file);
}

}  // namespace acts::exchange
