#include "cli/sink_options.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cstdlib>

#include "cli/config_file.hpp"

namespace acts::cli {
namespace {

using S = SinkSettings;
using V = Values;

constexpr std::size_t kMaxPasswordBytes = 4096;

bool is_sink_name(std::string_view name) {
  const auto is_of_a_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 40 && std::ranges::all_of(name, is_of_a_name);
}

}  // namespace

std::span<const Option<SinkSettings>> sink_options() {
  static const std::array<Option<S>, 10> kOptions{{
      {{.name = "kind",
        .kind = OptionKind::kChoice,
        .help = "of database; that of its name if not given",
        .choices = {"mongodb", "postgresql", "clickhouse", "influxdb"}},
       [](S& s, const V& v) {
         for (const SinkKind kind : kAllSinkKinds) s.kind = to_string(kind) == v[0] ? kind : s.kind;
         return Result<void>();
       }},
      {{.name = "uri", .placeholder = "URI", .help = "scheme, user, host and database"},
       [](S& s, const V& v) { return s.uri = v[0], Result<void>(); }},
      {{.name = "password_file", .placeholder = "FILE", .help = "that only its owner may read"},
       [](S& s, const V& v) { return s.password_file = v[0], Result<void>(); }},
      {{.name = "table", .placeholder = "NAME", .help = "or measurement", .default_text = "minute_rows"},
       [](S& s, const V& v) { return s.table = v[0], Result<void>(); }},
      {{.name = "collection",
        .placeholder = "PATTERN",
        .help = "of spot pairs with USDT",
        .default_text = "{base}_data"},
       [](S& s, const V& v) { return s.collection = v[0], Result<void>(); }},
      {{.name = "books", .kind = OptionKind::kSwitch, .help = "full books go there too", .default_text = "false"},
       [](S& s, const V& v) { return s.books = v[0] == "true", Result<void>(); }},
      {{.name = "book_table", .placeholder = "NAME", .help = "or measurement", .default_text = "book_levels"},
       [](S& s, const V& v) { return s.book_table = v[0], Result<void>(); }},
      {{.name = "book_collection",
        .placeholder = "PATTERN",
        .help = "of spot pairs with USDT",
        .default_text = "{base}_books"},
       [](S& s, const V& v) { return s.book_collection = v[0], Result<void>(); }},
      {{.name = "most_rejected",
        .placeholder = "N",
        .kind = OptionKind::kInteger,
        .help = "rows set aside, or levels of books, before it stops",
        .default_text = "100000"},
       [](S& s, const V& v) {
         const Result<int> count = parse_integer(v[0], 1, 1'000'000'000);
         if (!count) return Result<void>(std::unexpected(count.error()));
         return s.most_rejected = *count, Result<void>();
       }},
      {{.name = "organization", .placeholder = "NAME", .help = "of InfluxDB 2"},
       [](S& s, const V& v) { return s.organization = v[0], Result<void>(); }},
  }};
  return kOptions;
}

Result<SinkSettings> new_sink(const std::string& name) {
  if (!is_sink_name(name)) {
    return fail(ErrorCode::kUsage,
                fmt::format("[{}{}]: a name of small letters, digits, - and _ is needed", kSinksPrefix, name));
  }
  SinkSettings sink;
  sink.name = name;
  for (const SinkKind kind : kAllSinkKinds) sink.kind = to_string(kind) == name ? kind : sink.kind;
  return sink;
}

std::string password_variable(std::string_view sink) {
  std::string variable = fmt::format("ACTS_SINK_{}_PASSWORD", sink);
  for (char& c : variable) c = c == '-' ? '_' : (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
  return variable;
}

Result<void> read_password(SinkSettings& sink) {
  const auto wrong = [&sink](const std::string& what) {
    return fail(ErrorCode::kUsage, fmt::format("[sinks.{}]: password_file: {}", sink.name, what));
  };
  if (sink.password_file.empty()) {
    const char* const found = std::getenv(password_variable(sink.name).c_str());
    sink.password = found != nullptr ? found : "";
    return {};
  }
  const Result<std::string> text = read_text_file(sink.password_file, kMaxPasswordBytes);
  if (!text) return wrong(text.error().message);
  struct stat status{};
  if (::stat(sink.password_file.c_str(), &status) == 0 && (status.st_mode & 077U) != 0) {
    return wrong(fmt::format("{}: others may read it too: chmod 600 {}", sink.password_file, sink.password_file));
  }
  sink.password = text->substr(0, text->find_first_of("\r\n"));
  return {};
}

}  // namespace acts::cli
