// What a file operation that failed is to whoever asked for it.
#pragma once

#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "recording/file_ops.hpp"

namespace acts::history {

// kStorage, naming the path. `status`: of FileOps, a negative errno.
std::unexpected<Error> file_failed(std::string_view path, int status);

// Brings a file that is there to the disk. Errors: kStorage.
Result<void> sync_file(FileOps& ops, const std::string& path);

}  // namespace acts::history
