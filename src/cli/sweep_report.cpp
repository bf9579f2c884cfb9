#include "cli/sweep_report.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include "cli/run_folder.hpp"
#include "history/day_recording.hpp"
#include "history/engine/duck.hpp"
#include "recording/whole_file.hpp"
#include "report/sweep/sweep_summary.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostSummaryBytes = std::size_t{64} << 20;

// A file that goes with this object.
class PassingFile {
 public:
  explicit PassingFile(std::string path) : path_(std::move(path)) {}
  ~PassingFile() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  PassingFile(const PassingFile&) = delete;
  PassingFile& operator=(const PassingFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Result<void> copy_as_csv(const std::string& parquet, const std::string& csv) {
  const Result<std::string> from = history::quoted_sql_path(parquet);
  if (!from) return std::unexpected(from.error());
  auto duck = history::Duck::open({.temp_directory = {}});
  if (!duck) return std::unexpected(duck.error());
  return (*duck)->run(
      fmt::format("COPY (SELECT * FROM read_parquet({}, hive_partitioning = false)) TO {} "
                  "(FORMAT csv, HEADER true)",
                  *from, history::quoted_sql_text(csv)));
}

// The columns between the set's number and what the data's rows are called.
std::vector<std::string> varied_in(const std::string& csv) {
  std::ifstream file(csv);
  std::string header;
  std::getline(file, header);
  std::vector<std::string> names;
  for (std::string_view rest = header; !rest.empty();) {
    const std::size_t comma = rest.find(',');
    const std::string_view name = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    if (name == "bars" || name == "rows") break;
    if (name != "set") names.emplace_back(name);
  }
  return names;
}

// A map that would have too many values shows nothing, and is not there.
std::vector<report::HeatTable> maps_of(const std::string& csv, const std::string& objective) {
  const std::vector<std::string> names = varied_in(csv);
  std::vector<report::HeatTable> maps;
  for (std::size_t down = 0; down < names.size(); ++down) {
    for (std::size_t across = down + 1; across < names.size() && maps.size() < kMostSweepMaps; ++across) {
      auto map = read_sweep(csv, {names[across], names[down], objective});
      if (map) maps.push_back(*std::move(map));
    }
  }
  return maps;
}

// One that another sweep has left beside it tells of other sets. Of an acts before there were sums nobody can tell.
Result<void> check_table(const std::string& table, const std::string& beside, const report::SweepSummary& summary) {
  if (summary.table_sha256.empty()) return {};
  const Result<std::string> sum = history::sha256_of_file(table);
  if (!sum) return std::unexpected(sum.error());
  if (*sum == summary.table_sha256) return {};
  return fail(
      ErrorCode::kBadInput,
      fmt::format("{}: it is the summary that another sweep has left, not of {} as it is now: run its sweep again, "
                  "with a name of its own",
                  beside, table));
}

}  // namespace

bool is_sweep_table(const std::string& path) { return path.ends_with(".csv") || path.ends_with(".parquet"); }

Result<ShownSweep> read_sweep_report(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: there is no such table: name the one that acts sweep --output has written", path));
  }
  const std::string beside = report::summary_path(path);
  const Result<std::string> json = read_whole_file(beside, kMostSummaryBytes);
  if (!json) return std::unexpected(json.error());
  Result<report::SweepSummary> summary = report::parse_sweep_summary(*json);
  if (!summary) return fail(summary.error().code, fmt::format("{}: {}", beside, summary.error().message));
  if (Result<void> fits = check_table(path, beside, *summary); !fits) return std::unexpected(fits.error());
  ShownSweep shown;
  if (path.ends_with(".csv")) {
    shown.maps = maps_of(path, summary->objective);
  } else {
    const PassingFile csv((fs::temp_directory_path(error) / fmt::format("acts-report-{}.csv", ::getpid())).string());
    if (Result<void> copied = copy_as_csv(path, csv.path()); !copied) return std::unexpected(copied.error());
    shown.maps = maps_of(csv.path(), summary->objective);
  }
  if (!summary->run.empty()) {
    Result<report::RunFacts> facts = report::parse_run_object(summary->run);
    if (!facts) return fail(facts.error().code, fmt::format("{}: {}", beside, facts.error().message));
    shown.report.facts = *std::move(facts);
  }
  shown.report.name = fs::path(path).filename().string();
  shown.report.summary = *std::move(summary);
  return shown;
}

}  // namespace acts::cli
