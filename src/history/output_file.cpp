#include "history/output_file.hpp"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <system_error>

namespace acts::history {
namespace {

namespace fs = std::filesystem;

Result<void> sync_file(FileOps& ops, const std::string& path) {
  const int fd = ops.reopen(path);
  const int status = fd < 0 ? fd : ops.sync(fd);
  if (fd >= 0) ops.close(fd);
  if (status < 0) return fail(ErrorCode::kStorage, fmt::format("{}: {}", path, std::strerror(-status)));
  return {};
}

bool is_below(const std::string& path, const std::string& folder) {
  std::error_code error;
  const fs::path way = fs::weakly_canonical(path, error).lexically_relative(fs::weakly_canonical(folder, error));
  return !error && !way.empty() && *way.begin() != "..";
}

}  // namespace

Result<void> check_output(const std::string& output, const std::string& catalog) {
  if (!is_below(output, catalog)) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("{}: is in the catalog, where only imports write: choose another place", output));
}

std::string part_of(const std::string& output) { return output + ".part"; }

Result<void> put_in_place(FileOps& ops, const std::string& output) {
  if (Result<void> synced = sync_file(ops, part_of(output)); !synced) return synced;
  std::error_code error;
  fs::rename(part_of(output), output, error);
  if (error) return fail(ErrorCode::kStorage, fmt::format("{}: {}", output, error.message()));
  const int status = ops.sync_directory(fs::path(output).parent_path().string());
  if (status < 0) return fail(ErrorCode::kStorage, fmt::format("{}: {}", output, std::strerror(-status)));
  return {};
}

}  // namespace acts::history
