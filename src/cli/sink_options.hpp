// Sections [sinks.NAME] of acts.toml: remote databases that rows go to. They have no flags, but for secrets the
// environment.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/option.hpp"
#include "store/sinks/sink_settings.hpp"

namespace acts::cli {

inline constexpr std::string_view kSinksPrefix = "sinks.";

std::span<const Option<SinkSettings>> sink_options();

// A sink of that name with its defaults; its kind is the one that is called so, if any. Errors: kUsage, if it is no
// name.
Result<SinkSettings> new_sink(const std::string& name);

// "ACTS_SINK_CLICKHOUSE_2_PASSWORD" of the sink "clickhouse-2".
std::string password_variable(std::string_view sink);

// From password_file, which only its owner may read, or else from the environment; none is no error. Errors: kUsage.
Result<void> read_password(SinkSettings& sink);

}  // namespace acts::cli
