#include "backtest/run_proofs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "backtest/bars/bar_backtest.hpp"
#include "backtest/decisions/decision_log.hpp"
#include "backtest/lookahead/future_cuts.hpp"
#include "backtest/run_folder.hpp"
#include "backtest/run_text.hpp"
#include "recording/byte_source.hpp"

namespace acts::backtest {
namespace {

namespace fs = std::filesystem;

// Also of the folders in it.
Result<std::vector<std::string>> run_files_of(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename() == kRunLockName) continue;
    if (at->is_regular_file(error)) names.push_back(at->path().lexically_relative(folder).string());
  }
  if (error) return fail(ErrorCode::kStorage, fmt::format("{}: {}", folder, error.message()));
  std::ranges::sort(names);
  return names;
}

// As many bytes as there are, up to the buffer's size.
Result<std::size_t> read_full(ByteSource& source, std::span<char> out) {
  std::size_t held = 0;
  while (held < out.size()) {
    const Result<std::size_t> count = source.read(out.subspan(held));
    if (!count || *count == 0) return count ? Result<std::size_t>(held) : count;
    held += *count;
  }
  return held;
}

Result<void> compare_files(const std::string& first, const std::string& second) {
  const auto a = open_file(first);
  if (!a) return std::unexpected(a.error());
  const auto b = open_file(second);
  if (!b) return std::unexpected(b.error());
  constexpr std::size_t kComparedAtOnce = std::size_t{256} << 10U;
  std::vector<char> of_a(kComparedAtOnce);
  std::vector<char> of_b(kComparedAtOnce);
  for (std::uint64_t offset = 0;;) {
    const Result<std::size_t> in_a = read_full(**a, of_a);
    if (!in_a) return std::unexpected(in_a.error());
    const Result<std::size_t> in_b = read_full(**b, of_b);
    if (!in_b) return std::unexpected(in_b.error());
    const std::size_t count = std::min(*in_a, *in_b);
    const auto at = std::mismatch(of_a.begin(), of_a.begin() + static_cast<std::ptrdiff_t>(count), of_b.begin());
    const auto same = static_cast<std::size_t>(at.first - of_a.begin());
    if (same < count || *in_a != *in_b) {
      return fail(ErrorCode::kBadInput, fmt::format("{} and {} differ from byte {} on", first, second, offset + same));
    }
    if (count == 0) return {};
    offset += count;
  }
}

}  // namespace

Result<std::string> run_any(FileOps& ops, const RunRequest& request) {
  if (request.settings.is_bars) {
    const Result<BarReport> report = run_bar_backtest(ops, request);
    return report ? Result<std::string>(report->folder) : std::unexpected(report.error());
  }
  const Result<RunReport> report = run_backtest(ops, request);
  return report ? Result<std::string>(report->folder) : std::unexpected(report.error());
}

Result<void> compare_folders(const std::string& first, const std::string& second) {
  const Result<std::vector<std::string>> names = run_files_of(second);
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    const auto path = [&name](const std::string& folder) { return (fs::path(folder) / name).string(); };
    std::error_code error;
    if (!fs::exists(path(first), error)) {
      return fail(ErrorCode::kBadInput, fmt::format("{} has no {}, and {} has", first, name, second));
    }
    if (Result<void> same = compare_files(path(first), path(second)); !same) return same;
  }
  return {};
}

Result<void> run_again(FileOps& ops, RunRequest request, const std::string& folder) {
  const std::string again = folder + ".again";
  if (ops.exists(again)) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: it is there already: move it away, a second run goes there", again));
  }
  request.folder = again;
  request.json.clear();
  request.save_state.clear();
  const Result<std::string> run = run_any(ops, request);
  std::error_code error;
  if (!run) fs::remove_all(again, error);
  if (!run) return std::unexpected(run.error());
  if (Result<void> same = compare_folders(folder, again); !same) return same;
  fs::remove_all(again, error);
  return error ? fail(ErrorCode::kStorage, fmt::format("{}: {}", again, error.message())) : Result<void>();
}

Result<LookaheadReport> check_lookahead(FileOps& ops, const RunRequest& request, const std::string& folder,
                                        std::size_t cuts, std::uint64_t seed) {
  const std::string log = (fs::path(folder) / kDecisionLogName).string();
  std::mt19937_64 random(seed);
  const Result<FutureCuts> drawn = draw_future_cuts(log, cuts, random);
  if (!drawn) return std::unexpected(drawn.error());
  RunRequest altered = request;
  altered.folder.clear();
  altered.json.clear();
  altered.save_state.clear();
  altered.scenarios = false;
  for (const UnixNanos time : drawn->times) {
    altered.compared = ComparedRun{.log = log, .cut = {.at = UnixNanos{time.value + 1}, .seed = random()}};
    const Result<std::string> run = run_any(ops, altered);
    if (run || run.error().code == ErrorCode::kCancelled) continue;
    return fail(run.error().code,
                fmt::format("over data that is another one after {}: {}", to_iso8601_nanos(time), run.error().message));
  }
  return LookaheadReport{.cuts = *drawn, .seed = seed};
}

}  // namespace acts::backtest
