#include "platform/http/static_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace confab::http {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) /
            ("confab_static_" +
             std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(root_);
    write("index.html", "<script>go()</script>home");
    write("404.html", "nothing here");
    write("room.html", "the room");
    write("room.txt", "the room's data");
    write("about/index.html", "about");
    write("_next/static/chunks/app.js", "plain script");
    write("_next/static/chunks/app.js.br", "brotli");
    write("_next/static/chunks/app.js.gz", "gzip");
    write("archive.gz", "a file of its own");
    auto files = StaticFiles::load(root_.string());
    ASSERT_TRUE(files) << files.error().message;
    files_ = std::move(*files);
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& content) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << content;
  }
  Response get(const std::string& path, Headers headers = {}) const {
    Request request;
    request.path = path;
    request.headers = std::move(headers);
    return files_.serve(request);
  }
  static std::string header(const Response& response, std::string_view name) {
    return std::string(find_header(response.headers, name));
  }

  fs::path root_;
  StaticFiles files_;
};

TEST_F(StaticFilesTest, ServesPagesByTheirPlainNames) {
  EXPECT_EQ(*get("/").shared_body, "<script>go()</script>home");
  EXPECT_EQ(*get("/index.html").shared_body, "<script>go()</script>home");
  EXPECT_EQ(*get("/about").shared_body, "about");
  EXPECT_EQ(*get("/about/").shared_body, "about");
  EXPECT_EQ(*get("/room").shared_body, "the room");
}

TEST_F(StaticFilesTest, ServesTheOneRoomPageForEveryCode) {
  const Response response = get("/room/abc-defg-hij");
  EXPECT_EQ(*response.shared_body, "the room");
  EXPECT_EQ(response.shared_body, get("/room/other").shared_body);
  EXPECT_EQ(*get("/room/abc.txt").shared_body, "the room's data");
  EXPECT_EQ(get("/room/a/b").status, 404u);
  EXPECT_EQ(get("/room/a\"b").status, 404u);
  EXPECT_EQ(get("/room/" + std::string(65, 'a')).status, 404u);
}

TEST_F(StaticFilesTest, ChoosesTheVariantTheClientTakes) {
  const std::string path = "/_next/static/chunks/app.js";
  const Response br = get(path, {{"accept-encoding", "gzip, deflate, br, zstd"}});
  EXPECT_EQ(*br.shared_body, "brotli");
  EXPECT_EQ(header(br, "Content-Encoding"), "br");
  EXPECT_EQ(header(br, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header(br, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(*get(path, {{"accept-encoding", "gzip"}}).shared_body, "gzip");
  EXPECT_EQ(*get(path, {{"accept-encoding", "br;q=0, gzip;q=0.5"}}).shared_body, "gzip");
  const Response plain = get(path);
  EXPECT_EQ(*plain.shared_body, "plain script");
  EXPECT_EQ(header(plain, "Content-Encoding"), "");
  EXPECT_NE(header(plain, "ETag"), header(br, "ETag"));
  EXPECT_EQ(get(path + ".br").status, 404u);
  EXPECT_EQ(*get("/archive.gz").shared_body, "a file of its own");
}

TEST_F(StaticFilesTest, CachesByKind) {
  EXPECT_EQ(header(get("/_next/static/chunks/app.js"), "Cache-Control"),
            "public, max-age=31536000, immutable");
  EXPECT_EQ(header(get("/"), "Cache-Control"), "no-cache");
  EXPECT_EQ(header(get("/nothing"), "Cache-Control"), "no-store");
}

TEST_F(StaticFilesTest, AnswersARevalidationWithoutABody) {
  const std::string etag = header(get("/"), "ETag");
  for (const std::string& match : {etag, "\"other\", W/" + etag, std::string("*")}) {
    const Response response = get("/", {{"if-none-match", match}});
    EXPECT_EQ(response.status, 304u) << match;
    EXPECT_FALSE(response.shared_body);
  }
  EXPECT_EQ(get("/", {{"if-none-match", "\"other\""}}).status, 200u);
}

TEST_F(StaticFilesTest, GivesPagesTheirSecurityHeaders) {
  const Response page = get("/");
  EXPECT_NE(header(page, "Content-Security-Policy").find("'sha256-"), std::string::npos);
  EXPECT_NE(header(page, "Permissions-Policy").find("camera=(self)"), std::string::npos);
  EXPECT_EQ(header(page, "Cross-Origin-Opener-Policy"), "same-origin");
  EXPECT_EQ(header(get("/_next/static/chunks/app.js"), "Content-Security-Policy"), "");
}

TEST_F(StaticFilesTest, ServesNothingOutsideTheFolder) {
  write("../secret", "secret");
  for (const char* path :
       {"/../secret", "/about/../../secret", "//etc/passwd", "", "secret", "/.."}) {
    EXPECT_EQ(get(path).status, 404u) << path;
    EXPECT_EQ(*get(path).shared_body, "nothing here") << path;
  }
  fs::remove(root_ / "../secret");
}

TEST_F(StaticFilesTest, TakesOnlyReadingMethods) {
  Request request;
  request.path = "/";
  request.method = Method::kPost;
  EXPECT_EQ(files_.serve(request).status, 405u);
  request.method = Method::kHead;
  EXPECT_EQ(files_.serve(request).status, 200u);
}

TEST(StaticFilesLoad, SaysWhatIsMissing) {
  EXPECT_EQ(StaticFiles::load("/does/not/exist").error().code, ErrorCode::kNotFound);
  const fs::path empty = fs::path(testing::TempDir()) / "confab_static_empty";
  fs::create_directories(empty);
  EXPECT_EQ(StaticFiles::load(empty.string()).error().code, ErrorCode::kNotFound);
  fs::remove_all(empty);
}

}  // namespace
}  // namespace confab::http
