// acts collect SYMBOL...: the collector, until a signal or its duration is over.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <filesystem>

#include "cli/command.hpp"
#include "cli/load_settings.hpp"
#include "cli/run_collect.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;

int run(const Given& given) {
  const Result<CollectSettings> settings = load_settings(given);
  if (!settings) return complain(settings.error());
  set_complaints(settings->log);
  if (settings->symbols.empty()) {
    complain("no symbol to collect: name some, such as 'acts collect BTCUSDT ETHUSDT', or set symbols in acts.toml");
    return kExitUsage;
  }
  if (std::error_code error; fs::exists(settings->data_dir, error) && !fs::is_directory(settings->data_dir, error)) {
    complain(fmt::format("{}: is not a directory: move it away, or give another with --data-dir", settings->data_dir));
    return kExitStorage;
  }
  if (const Result<void> started = start_logging(settings->log, settings->data_dir); !started) {
    return complain(started.error());
  }
  for (const std::string& notice : settings->notices) spdlog::warn("{}", notice);
  return run_collect(*settings);
}

}  // namespace

Command collect_command() {
  return {.name = "collect",
          .summary = "Collect order books into minute rows, until a signal",
          .options = settings_flags(),
          .positional = symbols_positional(),
          .examples =
              "  acts collect BTCUSDT ETHUSDT binance-usdm:BTCUSDT\n"
              "  acts --config /etc/acts/acts.toml collect --metrics 127.0.0.1:9100",
          .run = run,
          .reads_config = true,
          .takes_hangups = true};
}

}  // namespace acts::cli
