#include "cli/outputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "backtest/features/feature_data.hpp"
#include "backtest/run_folder.hpp"

namespace acts::cli {
namespace {

// By its name up to the first dot: any of them may be packed.
bool is_of_a_run(const std::filesystem::path& file) {
  const auto stem = [](std::string_view name) { return name.substr(0, name.find('.')); };
  const std::string name = file.filename().string();
  const auto is_its = [&](std::string_view known) { return stem(known) == stem(name); };
  return is_its(backtest::kRunName) || std::ranges::any_of(backtest::kRunPartNames, is_its);
}

}  // namespace

Result<void> check_not_read(std::string_view flag, const std::string& output, std::span<const std::string> read) {
  std::error_code error;
  if (output.empty() || !std::filesystem::exists(output, error)) return {};
  const std::filesystem::path folder = std::filesystem::absolute(output, error).lexically_normal().parent_path();
  for (const std::string& path : read) {
    const bool is_it = std::filesystem::equivalent(output, path, error);
    const bool is_inside = is_of_a_run(output) && std::filesystem::is_directory(path, error) &&
                           std::filesystem::equivalent(folder, path, error);
    if (!is_it && !is_inside) continue;
    return fail(ErrorCode::kUsage,
                fmt::format("{} {}: it is read here, and would be replaced: give another name", flag, output));
  }
  return {};
}

std::vector<std::string> files_read(const backtest::BacktestSettings& settings) {
  std::vector<std::string> read{settings.library};
  for (const backtest::InstrumentSettings& of : settings.instruments) {
    const std::vector<std::string> features = backtest::feature_files(of);
    read.insert(read.end(), of.files.begin(), of.files.end());
    read.insert(read.end(), features.begin(), features.end());
    read.push_back(of.funding_file);
    read.push_back(of.latency.file.value_or(""));
  }
  return read;
}

}  // namespace acts::cli
