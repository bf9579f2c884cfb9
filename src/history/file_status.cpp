#include "history/file_status.hpp"

#include <fmt/format.h>

#include <cstring>

namespace acts::history {

std::unexpected<Error> file_failed(std::string_view path, int status) {
  return fail(ErrorCode::kStorage, fmt::format("{}: {}", path, std::strerror(-status)));
}

Result<void> sync_file(FileOps& ops, const std::string& path) {
  const int fd = ops.reopen(path);
  const int status = fd < 0 ? fd : ops.sync(fd);
  if (fd >= 0) ops.close(fd);
  return status < 0 ? file_failed(path, status) : Result<void>();
}

}  // namespace acts::history
