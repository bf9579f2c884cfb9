// Any bytes as acts.toml: settings, or one line that says what is wrong.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "acts/base/assert.hpp"

#include "cli/load_settings.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace acts;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  cli::SettingsLoader loader;
  const Result<void> read = loader.read_config(text, "acts.toml");
  if (!read) {
    ACTS_ASSERT(read.error().code == ErrorCode::kUsage);
    ACTS_ASSERT(read.error().message.starts_with("acts.toml:"));
    return 0;
  }
  const auto file = [text](const std::string&) -> Result<std::string> { return std::string(text); };
  const Result<CollectSettings> settings = loader.finish(file);
  ACTS_ASSERT(!settings || (settings->limit >= 0 && settings->limit <= 5000 && !settings->data_dir.empty()));
  return 0;
}
