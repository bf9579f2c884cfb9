#include "cli/backtest_proofs.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <utility>

#include "backtest/decisions/byte_form.hpp"
#include "backtest/decisions/decision_log.hpp"
#include "backtest/run_identity.hpp"
#include "backtest/run_proofs.hpp"
#include "recording/file_ops.hpp"
#include "recording/whole_file.hpp"

namespace acts::cli {
namespace {

constexpr std::size_t kMostRunJsonBytes = std::size_t{512} << 20U;

std::vector<std::string> bar_paths_of(const nlohmann::json& run) {
  std::vector<std::string> paths;
  const auto add = [&paths](const nlohmann::json& of) {
    if (!of.contains("models") || !of.at("models").contains("bar_path")) return;
    paths.push_back(of.at("models").at("bar_path").get<std::string>());
  };
  if (!run.contains("instruments")) {
    add(run);
    return paths;
  }
  for (const nlohmann::json& of : run.at("instruments")) add(of);
  return paths;
}

std::string to_text(const backtest::LookaheadReport& report) {
  const backtest::FutureCuts& cuts = report.cuts;
  return fmt::format(
      "no look-ahead: with another future after {} moments (seed {}) no decision before it changed, of {} calls; of {} "
      "that placed, changed or cancelled an order {} lay within 1 s before a moment, {} within 60 s\n",
      cuts.times.size(), report.seed, cuts.calls, cuts.deciding, cuts.within_second, cuts.within_minute);
}

}  // namespace

Result<RunToReplay> read_run_to_replay(const std::string& folder) {
  const auto path = [&folder](std::string_view name) { return (std::filesystem::path(folder) / name).string(); };
  const Result<std::string> text = read_whole_file(path("run.json"), kMostRunJsonBytes);
  if (!text) return std::unexpected(text.error());
  try {
    const nlohmann::json root = nlohmann::json::parse(*text);
    const nlohmann::json& run = root.at("run");
    if (run.contains("broken_off")) {
      return fail(ErrorCode::kBadInput,
                  fmt::format("{}: the run was broken off: {}", folder, run.at("broken_off").get<std::string>()));
    }
    RunToReplay found{.configuration = run.at("configuration").get<std::string>(),
                      .configuration_file = run.at("configuration_file").get<std::string>(),
                      .version = run.at("version").get<std::string>(),
                      .scenario = run.contains("scenario") ? run.at("scenario").get<std::string>() : std::string(),
                      .bar_paths = bar_paths_of(run),
                      .run = {.log = path(backtest::kDecisionLogName),
                              .identity = run.at("id").get<std::string>(),
                              .has_books = run.contains("books")}};
    if (const auto library = run.find("library"); library != run.end() && library->is_object()) {
      found.run.library = backtest::file_json({library->at("file"), library->at("sha256")});
    }
    for (const auto& [name, value] : run.at("parameters").items()) {
      found.run.parameters[name] = value.get<std::string>();
    }
    return found;
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorCode::kBadInput,
                fmt::format("{}: it is not what acts backtest --out wrote: {}", path("run.json"), error.what()));
  }
}

Result<std::string> prove(const backtest::RunRequest& request, const std::string& folder, const WantedProofs& wanted) {
  std::string lines;
  if (wanted.determinism) {
    const Result<void> same = backtest::run_again(real_file_ops(), request, folder);
    if (!same) return fail(same.error().code, fmt::format("--check-determinism: {}", same.error().message));
    lines += "deterministic: a second run gave the same bytes in every file\n";
  }
  if (wanted.lookahead) {
    const auto report =
        backtest::check_lookahead(real_file_ops(), request, folder, static_cast<std::size_t>(wanted.cuts),
                                  backtest::digest_of(request.configuration));
    if (!report) return fail(report.error().code, fmt::format("--check-lookahead: {}", report.error().message));
    lines += to_text(*report);
  }
  return lines;
}

}  // namespace acts::cli
