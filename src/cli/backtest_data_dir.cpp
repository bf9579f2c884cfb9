#include "cli/backtest_data_dir.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "cli/load_settings.hpp"

namespace acts::cli {

Result<void> take_default_data_dir(backtest::BacktestSettings& settings, const std::string& name) {
  for (backtest::InstrumentSettings& instrument : settings.instruments) {
    if (!instrument.files.empty() || !instrument.data_dir.empty()) continue;
    Result<std::string> data_dir = data_dir_of({});
    if (!data_dir) return std::unexpected(data_dir.error());
    std::error_code ignored;
    if (!std::filesystem::is_directory(*data_dir, ignored)) {
      return fail(ErrorCode::kUsage, fmt::format("{}: files in [data] is missing, and there is no data directory {}: "
                                                 "name files or data_dir",
                                                 name, *data_dir));
    }
    instrument.data_dir = *std::move(data_dir);
  }
  return {};
}

}  // namespace acts::cli
