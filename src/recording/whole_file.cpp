#include "recording/whole_file.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "acts/base/assert.hpp"

#include "recording/append_file.hpp"
#include "recording/byte_source.hpp"

namespace acts {
namespace {

constexpr int kLevel = 3;

Result<void> failed(std::string_view path, int status) {
  return fail(ErrorCode::kStorage, fmt::format("{} cannot be written: {}", path, std::strerror(-status)));
}

}  // namespace

std::string pack_zstd(std::string_view bytes) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ACTS_ASSERT(context != nullptr);
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string out;
  out.resize(ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compress2(context, out.data(), out.size(), bytes.data(), bytes.size());
  ZSTD_freeCCtx(context);
  ACTS_ASSERT(ZSTD_isError(size) == 0);  // it fails for lack of memory or by wrong use only
  out.resize(size);
  return out;
}

Result<void> write_whole_file(FileOps& ops, const std::string& path, std::string_view bytes) {
  const std::filesystem::path target(path);
  const std::string directory = target.parent_path().string();
  const std::string part = (target.parent_path() / fmt::format(".{}.part", target.filename().string())).string();
  if (const int status = ops.make_directories(directory); status < 0) return failed(directory, status);
  if (const int status = ops.remove(part); status < 0 && status != -ENOENT) return failed(part, status);
  const int fd = ops.create(part);
  if (fd < 0) return failed(part, fd);
  AppendFile file(ops, fd, part);
  file.tail() = bytes;
  Result<void> written = file.sync();
  // Closed in any case: a disk without room gets it back.
  if (const Result<void> closed = file.close(); written) written = closed;
  if (written) {
    if (const int status = ops.rename(part, path); status < 0) written = failed(path, status);
  }
  if (!written) {
    ops.remove(part);
    return written;
  }
  if (const int status = ops.sync_directory(directory); status < 0) return failed(directory, status);
  return {};
}

Result<void> write_whole_file_again(FileOps& ops, const std::string& path, std::string_view bytes) {
  if (!ops.exists(path)) return write_whole_file(ops, path, bytes);
  const std::string directory = std::filesystem::path(path).parent_path().string();
  if (const int status = ops.sync_directory(directory); status < 0) return failed(directory, status);
  return {};
}

Result<std::string> read_whole_file(const std::string& path, std::size_t most) {
  const auto named = [&path](const Error& error) {
    return fail(error.code,
                error.code == ErrorCode::kUsage ? error.message : fmt::format("{}: {}", path, error.message));
  };
  auto file = open_file(path);
  if (!file) return named(file.error());
  auto source = unpack(std::move(*file));
  if (!source) return named(source.error());
  std::string text;
  std::array<char, 65'536> block{};
  while (true) {
    const Result<std::size_t> read = (*source)->read(block);
    if (!read) return named(read.error());
    if (*read == 0) return text;
    text.append(block.data(), *read);
    if (text.size() > most) return named({ErrorCode::kBadInput, fmt::format("holds more than {} bytes", most)});
  }
}

}  // namespace acts
