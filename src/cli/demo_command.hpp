// acts demo.
#pragma once

#include "cli/command.hpp"

namespace acts::cli {

Command demo_command();

}  // namespace acts::cli
