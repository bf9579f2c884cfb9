// acts query "SQL": the catalog asked.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <new>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/load_settings.hpp"
#include "cli/memory_limit.hpp"
#include "cli/problems.hpp"
#include "cli/values.hpp"
#include "history/query/query_session.hpp"
#include "history/query/result_text.hpp"
#include "history/query/spill_directory.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLeastMemory = std::uint64_t{64} << 20;
// DuckDB counts its buffers, not the texts in them, nor what is made of these for the answer.
constexpr std::uint64_t kMemoryBeside = std::uint64_t{512} << 20;

struct Settings {
  std::string sql;
  std::string form = "table";
  std::string output;
  bool explain = false;
  std::uint64_t memory_bytes = std::uint64_t{768} << 20;
  std::uint64_t spill_bytes = std::uint64_t{16} << 30;
};

const OptionSpec kSqlSpec{
    .name = "sql", .placeholder = "SQL", .kind = OptionKind::kText, .help = "one SELECT", .is_required = true};

Result<void> set_memory(Settings& settings, const Values& values) {
  const Result<std::uint64_t> bytes = parse_bytes(values[0]);
  if (!bytes) return std::unexpected(bytes.error());
  if (*bytes < kLeastMemory) return fail(ErrorCode::kUsage, "64MiB is the least");
  settings.memory_bytes = *bytes;
  return {};
}

Result<void> set_spill(Settings& settings, const Values& values) {
  const Result<std::uint64_t> bytes = parse_bytes(values[0]);
  if (!bytes) return std::unexpected(bytes.error());
  settings.spill_bytes = *bytes;
  return {};
}

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 7> kOptions{{
      {data_dir_spec(), [](Settings&, const Values&) { return Result<void>(); }},  // read with acts.toml
      {{.name = "format",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "of the result",
        .default_text = "table",
        .choices = {"table", "csv", "json", "parquet"}},
       [](Settings& s, const Values& v) { return s.form = v[0], Result<void>(); }},
      {{.name = "output", .placeholder = "FILE", .help = "where a Parquet result goes"},
       [](Settings& s, const Values& v) { return s.output = v[0], Result<void>(); }},
      {{.name = "explain",
        .kind = OptionKind::kSwitch,
        .help = "print the plan, and run nothing",
        .default_text = "false"},
       [](Settings& s, const Values& v) { return s.explain = v[0] == "true", Result<void>(); }},
      {{.name = "memory",
        .placeholder = "SIZE",
        .help = "of its buffers; more goes to temporary files",
        .default_text = "768MiB"},
       set_memory},
      {{.name = "spill",
        .placeholder = "SIZE",
        .help = "what temporary files may take, in TMPDIR",
        .default_text = "16GiB"},
       set_spill},
      {kSqlSpec, [](Settings& s, const Values& v) { return s.sql = v[0], Result<void>(); }},
  }};
  return kOptions;
}

int print_rows(const Settings& settings, history::QuerySession& session) {
  auto rows = session.select(settings.sql, is_interrupted);
  if (!rows) return complain_of_interrupted(rows.error());
  Output out;
  std::string text;
  history::ResultTable as_table(rows->columns());
  if (settings.form == "csv") history::append_csv_header(text, rows->columns());
  history::ResultCells cells;
  for (;;) {
    const Result<bool> there = rows->next(cells);
    if (!there) {
      out.write(text);
      return out.finish(complain_of_interrupted(there.error()));
    }
    if (!*there) break;
    if (settings.form == "table") {
      as_table.add(cells, text);
    } else {
      settings.form == "csv" ? history::append_csv_row(text, cells)
                             : history::append_json_row(text, rows->columns(), cells);
    }
    if (!out.write(text)) break;
    text.clear();
  }
  if (settings.form == "table") as_table.finish(text);
  out.write(text);
  return out.finish(kExitDone);
}

int run_query(const Settings& settings, history::QuerySession& session) {
  if (settings.explain) {
    const Result<std::string> plan = session.explain(settings.sql, is_interrupted);
    if (!plan) return complain_of_interrupted(plan.error());
    Output out;
    out.write(*plan);
    return out.finish(kExitDone);
  }
  if (settings.form != "parquet") return print_rows(settings, session);
  const Result<std::uint64_t> rows = session.to_parquet(settings.sql, is_interrupted);
  if (!rows) return complain_of_interrupted(rows.error());
  Output out;
  out.write(fmt::format("{}: {} rows\n", settings.output, *rows));
  return out.finish(kExitDone);
}

int run(const Given& given) {
  Settings settings;
  const Result<std::string> data_dir = present_data_dir_of(given);
  if (!data_dir) return complain(data_dir.error());
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  if (settings.output.empty() == (settings.form == "parquet")) {
    return complain({ErrorCode::kUsage, "--format parquet and --output FILE go together"});
  }
  stop_at_signals();
  std::error_code error;
  const fs::path temp = fs::temp_directory_path(error);
  const history::SpillDirectory spill(temp.string());
  history::QueryOptions options{.memory_bytes = settings.memory_bytes,
                                .threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency())),
                                .temp_directory = spill.path(),
                                .spill_bytes = settings.spill_bytes,
                                .output = {}};
  if (!settings.output.empty()) options.output = fs::absolute(settings.output).lexically_normal().string();
  limit_more_memory(std::min(settings.memory_bytes, UINT64_MAX - kMemoryBeside) + kMemoryBeside);
  try {
    auto session = history::QuerySession::open(real_file_ops(), *data_dir, options);
    if (!session) return complain(session.error());
    const int code = run_query(settings, *session);
    return code == kExitDone ? tell_unreadable(session->unreadable()) : code;
  } catch (const std::bad_alloc&) {
    return complain({ErrorCode::kStorage, "the answer needs more memory than it may take: more --memory allows it"});
  }
}

}  // namespace

Command query_command() {
  std::vector<OptionSpec> flags = specs_of(table());
  flags.pop_back();  // the statement has no flag
  return {
      .name = "query",
      .summary = "SQL over the catalog; it only reads",
      .options = std::move(flags),
      .positional = kSqlSpec,
      .examples =
          "  acts query \"SELECT date, max(high), min(low), sum(volume) FROM klines WHERE symbol = 'BTCUSDT' GROUP BY "
          "date\"\n"
          "  acts query --format parquet --output trades.parquet \"SELECT * FROM agg_trades\"",
      .run = run,
      .reads_config = true};
}

}  // namespace acts::cli
