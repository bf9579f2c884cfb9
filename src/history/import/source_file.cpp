#include "history/import/source_file.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include "history/import/unpack_limits.hpp"
#include "history/import/zip_member.hpp"

namespace acts::history {
namespace {

constexpr std::size_t kHeadBytes = std::size_t{64} << 10;

Result<std::unique_ptr<ByteSource>> open_packed(const std::string& path, ZipName name) {
  if (is_zip(path)) return open_zip_member(path, {}, name);
  auto file = open_file(path);
  if (!file) return file;
  std::error_code error;
  const std::uint64_t bytes = std::filesystem::file_size(path, error);
  auto unpacked = unpack(std::move(*file));
  if (!unpacked || error) return unpacked;
  return limit_bytes(std::move(*unpacked), UnpackLimits{}.most_of(bytes));
}

}  // namespace

Result<std::unique_ptr<ByteSource>> open_source(const std::string& path) { return open_packed(path, ZipName::kOwn); }

Result<std::unique_ptr<ByteSource>> open_any_source(const std::string& path) {
  return open_packed(path, ZipName::kFlat);
}
Result<std::unique_ptr<ByteSource>> open_raw(const std::string& path) { return open_file(path); }

std::string head_of(const std::string& path) {
  const auto source = open_any_source(path);
  if (!source) return "";
  std::string head(kHeadBytes, '\0');
  std::size_t size = 0;
  while (size < head.size()) {
    const Result<std::size_t> count = (*source)->read({head.data() + size, head.size() - size});
    if (!count || *count == 0) break;
    size += *count;
  }
  head.resize(size);
  return head;
}

std::string_view first_line_of(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  while (!head.empty()) {
    const std::size_t end = head.find('\n');
    std::string_view line = head.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty() && line.front() != '#') return line;
    if (end == std::string_view::npos) break;
    head.remove_prefix(end + 1);
  }
  return {};
}

std::string_view second_line_of(std::string_view head) {
  const std::string_view first = first_line_of(head);
  if (first.empty()) return {};
  head.remove_prefix(static_cast<std::size_t>(first.data() - head.data()) + first.size());
  const std::size_t end = head.find('\n');
  return end == std::string_view::npos ? std::string_view{} : first_line_of(head.substr(end + 1));
}

}  // namespace acts::history
