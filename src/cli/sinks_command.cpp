// acts sinks check: whether the remote databases can be reached and take rows; makes what is missing there.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "acts/features/feature.hpp"

#include "cli/command.hpp"
#include "cli/load_settings.hpp"
#include "cli/stored_rows.hpp"
#include "live/sink_feeder.hpp"
#include "net/real_clock.hpp"
#include "store/book_level.hpp"
#include "store/book_outbox.hpp"
#include "store/outbox.hpp"
#include "store/sinks/sink.hpp"
#include "store/sqlite_store.hpp"

namespace acts::cli {
namespace {

// Of the row that is written and read back: no venue and no instrument, so that it disturbs nobody where a database
// removes it only later.
constexpr const char* kCheckVenue = "acts-check";
constexpr const char* kCheckSymbol = "CHECK";

constexpr Nanos kConnectLimit = std::chrono::seconds{5};
constexpr Nanos kAnswerLimit = std::chrono::seconds{30};

const OptionSpec kActionSpec{.name = "action",
                             .placeholder = "ACTION",
                             .kind = OptionKind::kFiles,
                             .help = "check, then the names of sinks; all if none is named",
                             .is_required = true};

Value check_value(const Column& column, UnixNanos minute) {
  switch (column.type) {
    case ColumnType::kText: return "check";
    case ColumnType::kTime: return minute - std::chrono::milliseconds{27};
    case ColumnType::kDecimal: return Decimal{static_cast<int128>(123'456'789'012'345'678), 9};
    case ColumnType::kRatio: return 0.1 + 0.2;
    case ColumnType::kCount: break;
  }
  return std::int64_t{1234};
}

MinuteRow check_row(const RowSchema& schema, UnixNanos minute) {
  MinuteRow row{{kCheckVenue, kCheckSymbol, minute}};
  for (std::size_t i = 3; i < schema.columns.size(); ++i) row.values.push_back(check_value(schema.columns[i], minute));
  return row;
}

// A book of a few levels, no two values of them alike.
std::vector<MinuteRow> check_book(UnixNanos minute) {
  std::vector<MinuteRow> levels;
  for (const std::string_view side : {"bid", "ask"}) {
    for (std::int64_t place = 0; place < 3; ++place) {
      const std::int64_t units = side == "bid" ? 6'168'599 - place : 6'168'600 + place;
      levels.push_back(book_level_row(kCheckVenue, kCheckSymbol, minute,
                                      {.side = side,
                                       .price = Decimal{units, 2},
                                       .quantity = Decimal{123'456'789 + place, 8},
                                       .state = place == 2 ? "suspect" : "exact",
                                       .level = place}));
    }
  }
  return levels;
}

// The columns that the collector would send.
RowSchema schema_of(const CollectSettings& settings) {
  const auto store = SqliteStore::open_to_read(store_path(settings.data_dir));
  return store ? (*store)->schema() : make_schema(settings.bands);
}

// "", or what waits, as the end of a sentence.
std::string waiting_text(const CollectSettings& settings, const std::string& sink, SinkContent content) {
  const std::string path = store_path(settings.data_dir);
  Result<OutboxLag> lag = OutboxLag{};
  if (content == SinkContent::kRows) {
    auto outbox = Outbox::open(path, sink);
    if (outbox) lag = (*outbox)->lag();
  } else {
    auto outbox = BookOutbox::open(path, sink);
    if (outbox) lag = (*outbox)->lag();
  }
  if (!lag || !lag->oldest) return {};
  return fmt::format("; {} {} wait for it, the oldest of {}", lag->rows, to_string(content), to_iso8601(*lag->oldest));
}

Result<void> write_and_read_back(Sink& sink, std::span<const MinuteRow> rows) {
  const auto refused = sink.write(rows);
  if (!refused) return std::unexpected(refused.error());
  if (!refused->empty()) return fail(ErrorCode::kRefused, (*refused)[0].reason);
  const auto found = sink.read(kCheckVenue, kCheckSymbol);
  if (!found) return std::unexpected(found.error());
  for (const MinuteRow& row : rows) {
    if (std::ranges::find(*found, row) == found->end()) {
      return fail(ErrorCode::kRefused, "what was written does not read back as it was");
    }
  }
  return sink.remove(kCheckVenue, kCheckSymbol);
}

Result<void> check_content(const CollectSettings& settings, const SinkSettings& wanted, SinkContent content,
                           Output& out) {
  auto sink = make_sink(wanted, content, sink_limits(kConnectLimit, kAnswerLimit));
  if (!sink) return std::unexpected(std::move(sink.error()));
  const bool is_rows = content == SinkContent::kRows;
  const RowSchema schema = is_rows ? schema_of(settings) : book_level_schema();
  const auto made = (*sink)->open(schema);
  if (!made) return std::unexpected(made.error());
  for (const std::string& what : *made) out.write(fmt::format("{}: {}\n", wanted.name, what));
  RealClock clock;
  const UnixNanos minute = floor_to(clock.now(), kMinute);
  const std::vector<MinuteRow> rows = is_rows ? std::vector{check_row(schema, minute)} : check_book(minute);
  if (auto done = write_and_read_back(**sink, rows); !done) return done;
  out.write(fmt::format("{}: ok: {}: a {} was written, read back and removed{}\n", wanted.name, (*sink)->target(),
                        is_rows ? "row" : "book", waiting_text(settings, wanted.name, content)));
  return {};
}

Result<void> check_sink(const CollectSettings& settings, const SinkSettings& wanted, Output& out) {
  const auto rows = check_content(settings, wanted, SinkContent::kRows, out);
  return rows && wanted.books ? check_content(settings, wanted, SinkContent::kBooks, out) : rows;
}

Result<std::vector<SinkSettings>> named_sinks(const CollectSettings& settings, const Values& words) {
  static constexpr std::array<std::string_view, 1> kActions{"check"};
  if (words[0] != kActions[0]) {
    return fail(ErrorCode::kUsage,
                fmt::format("no action '{}' of sinks: {}", words[0], name_advice(words[0], kActions)));
  }
  if (settings.sinks.empty()) {
    return fail(ErrorCode::kUsage, "there is no sink: acts.toml has no section such as [sinks.postgresql]");
  }
  if (words.size() == 1) return settings.sinks;
  std::vector<SinkSettings> named;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto sink = std::ranges::find(settings.sinks, words[i], &SinkSettings::name);
    if (sink == settings.sinks.end()) {
      std::vector<std::string_view> names;
      std::ranges::transform(settings.sinks, std::back_inserter(names), &SinkSettings::name);
      return fail(ErrorCode::kUsage, fmt::format("no sink '{}': {}", words[i], name_advice(words[i], names)));
    }
    named.push_back(*sink);
  }
  return named;
}

int run(const Given& given) {
  const Result<CollectSettings> settings = load_settings(given);
  if (!settings) return complain(settings.error());
  const auto action = std::ranges::find(given, "action", &GivenOption::name);
  const auto sinks = named_sinks(*settings, action->values);
  if (!sinks) return complain(sinks.error());
  int worst = kExitDone;
  Output out;
  for (const SinkSettings& sink : *sinks) {
    const Result<void> checked = check_sink(*settings, sink, out);
    out.flush();
    if (!checked)
      worst = std::max(
          worst, complain({checked.error().code, fmt::format("sink {}: {}", sink.name, checked.error().message)}));
  }
  return out.finish(worst);
}

std::vector<OptionSpec> flags() {
  std::vector<OptionSpec> flags;
  for (const OptionSpec& spec : settings_flags()) {
    if (spec.name == "data_dir") flags.push_back(spec);
  }
  return flags;
}

}  // namespace

Command sinks_command() {
  return {.name = "sinks",
          .summary = "Remote databases: make what is missing, write a row and read it back",
          .options = flags(),
          .positional = kActionSpec,
          .examples = "  acts sinks check\n  acts --config /etc/acts/acts.toml sinks check postgresql",
          .run = run,
          .reads_config = true};
}

}  // namespace acts::cli
