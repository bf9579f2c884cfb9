#include "cli/backtest_data_dir.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "cli/load_settings.hpp"

namespace acts::cli {
namespace {

// `what`: of the configuration's [data], that it is of; `remedy`: what to name in its place.
Result<std::string> default_data_dir(const std::string& name, std::string_view what, std::string_view remedy) {
  Result<std::string> data_dir = data_dir_of({});
  if (!data_dir) return data_dir;
  std::error_code ignored;
  if (std::filesystem::is_directory(*data_dir, ignored)) return data_dir;
  return fail(ErrorCode::kUsage,
              fmt::format("{}: {}, and there is no data directory {}: name {}", name, what, *data_dir, remedy));
}

}  // namespace

Result<void> take_default_data_dir(backtest::BacktestSettings& settings, const std::string& name) {
  for (backtest::InstrumentSettings& instrument : settings.instruments) {
    if (instrument.files.empty() && instrument.data_dir.empty()) {
      Result<std::string> data_dir = default_data_dir(name, "files in [data] is missing", "files or data_dir");
      if (!data_dir) return std::unexpected(data_dir.error());
      instrument.data_dir = *std::move(data_dir);
    }
    if (!instrument.features_store) continue;
    Result<std::string> features_dir =
        instrument.data_dir.empty()
            ? default_data_dir(name, "features_store in [data] needs one", "its file in features_files instead")
            : Result<std::string>(instrument.data_dir);
    if (!features_dir) return std::unexpected(features_dir.error());
    instrument.features_dir = *std::move(features_dir);
  }
  return {};
}

}  // namespace acts::cli
