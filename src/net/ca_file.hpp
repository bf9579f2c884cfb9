// Certificate authorities that a user names, looked at before anything relies on them.
#pragma once

#include <string>

#include "acts/base/result.hpp"

namespace acts {

// Reads the file as a TLS connection will. "": the system's, which are taken as they are. Errors: kUsage, one line.
Result<void> check_ca_file(const std::string& ca_file);

}  // namespace acts
