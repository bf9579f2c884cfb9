#include "history/import/zip_member.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "binance/error_text.hpp"
#include "history/import/source_name.hpp"

namespace acts::history {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{64} << 10;

struct Free {
  void operator()(archive* zip) const { archive_read_free(zip); }
};
using Zip = std::unique_ptr<archive, Free>;

std::string reason_of(archive* zip) {
  const char* const text = archive_error_string(zip);
  // Some end with a line break.
  const std::string_view said = text == nullptr ? "it cannot be read" : text;
  return fmt::format("{}: it is damaged or cut off: get it again",
                     binance::one_line(said.substr(0, said.find_last_not_of('\n') + 1)));
}

class ZipMember final : public ByteSource {
 public:
  explicit ZipMember(Zip zip) : zip_(std::move(zip)) {}

  Result<std::size_t> read(std::span<char> out) override {
    if (failure_) return std::unexpected(*failure_);
    if (has_ended_) return std::size_t{0};
    const la_ssize_t count = archive_read_data(zip_.get(), out.data(), out.size());
    // Warnings too: a wrong checksum is one.
    if (count < 0) return failed(reason_of(zip_.get()));
    if (count == 0 && !out.empty()) return end();
    return static_cast<std::size_t>(count);
  }

 private:
  Result<std::size_t> end() {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(zip_.get(), &entry);
    if (status != ARCHIVE_EOF) return failed(status == ARCHIVE_OK ? "it holds a second file" : reason_of(zip_.get()));
    has_ended_ = true;
    return std::size_t{0};
  }

  std::unexpected<Error> failed(std::string message) {
    failure_ = Error{ErrorCode::kBadInput, std::move(message)};
    return std::unexpected(*failure_);
  }

  Zip zip_;
  bool has_ended_ = false;
  std::optional<Error> failure_;
};

bool is_flat(std::string_view name) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  return !name.empty() && !name.contains('/') && !name.contains('\\') && std::ranges::none_of(name, is_control);
}

Result<void> check_member(archive_entry* entry, std::string_view path, ZipName kind) {
  const char* const text = archive_entry_pathname(entry);
  const std::string_view name = text == nullptr ? std::string_view{} : text;
  const bool is_file = archive_entry_filetype(entry) == AE_IFREG;
  if (kind == ZipName::kFlat) {
    if (is_file && is_flat(name)) return {};
    return fail(ErrorCode::kBadInput, fmt::format("{}: it does not hold a plain file", path));
  }
  const std::string wanted = fmt::format("{}.csv", stem_of(path));
  if (is_file && name == wanted) return {};
  return fail(ErrorCode::kBadInput, fmt::format("{}: it does not hold the file {}", path, wanted));
}

std::uint64_t size_of(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

}  // namespace

bool is_zip(const std::string& path) {
  std::array<char, 4> begin{};
  std::ifstream file(path, std::ios::binary);
  file.read(begin.data(), begin.size());
  return file.gcount() == 4 && std::string_view(begin.data(), 2) == "PK";
}

Result<std::unique_ptr<ByteSource>> open_zip_member(const std::string& path, const UnpackLimits& limits, ZipName name) {
  const auto refused = [&path](archive* zip) {
    return fail(ErrorCode::kBadInput, fmt::format("{}: {}", path, reason_of(zip)));
  };
  if (const auto file = open_file(path); !file) return std::unexpected(file.error());
  Zip zip(archive_read_new());
  archive_read_support_format_zip(zip.get());
  if (archive_read_open_filename(zip.get(), path.c_str(), kBlockBytes) != ARCHIVE_OK) return refused(zip.get());
  archive_entry* entry = nullptr;
  if (archive_read_next_header(zip.get(), &entry) != ARCHIVE_OK) return refused(zip.get());
  if (Result<void> checked = check_member(entry, path, name); !checked) return std::unexpected(checked.error());
  return limit_bytes(std::make_unique<ZipMember>(std::move(zip)), limits.most_of(size_of(path)));
}

}  // namespace acts::history
