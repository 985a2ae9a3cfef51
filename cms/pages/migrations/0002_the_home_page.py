"""Put our home page where Wagtail's migrations leave a page of welcome; its words are the editors' from then on."""

from django.db import migrations

ROOT, HOME = "0001", "00010001"


def put_home(apps, schema_editor):
    """Replace the page of welcome by the home page, as the root of the one site."""
    content_type, _made = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        model="homepage", app_label="pages"
    )
    page, site = apps.get_model("wagtailcore", "Page"), apps.get_model("wagtailcore", "Site")
    locale, _made = apps.get_model("wagtailcore", "Locale").objects.get_or_create(language_code="zh-hans")
    site.objects.all().delete()
    page.objects.filter(depth__gt=1).delete()
    page.objects.filter(path=ROOT).update(numchild=1, title="网站", draft_title="网站")
    home = apps.get_model("pages", "HomePage").objects.create(
        title="首页",
        draft_title="首页",
        slug="home",
        content_type=content_type,
        path=HOME,
        depth=2,
        numchild=0,
        url_path="/home/",
        locale=locale,
        motto="公益创投，在阳光下进行",
        motto_english="Community grants, in the open",
        intro=(
            "<p>区里每年拿出一笔资金，资助社会组织和社区社会组织为居民做实事。"
            "从征集、评审、公示到拨款、审计，每一步都在这里办理，每一分钱都有去处。</p>"
        ),
        intro_english=(
            "<p>Every year the district funds projects by which social organisations serve its residents. "
            "Call, review, public notice, payment and audit all take place here.</p>"
        ),
    )
    site.objects.create(
        hostname="localhost", site_name="公益通", root_page_id=home.pk, is_default_site=True
    )


def drop_default_groups(apps, schema_editor):
    """Remove Wagtail's own groups: rights here follow the memberships (cms.pages.services.sync_editors)."""
    apps.get_model("auth", "Group").objects.filter(name__in=["Moderators", "Editors"]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("pages", "0001_initial"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [
        migrations.RunPython(put_home, migrations.RunPython.noop),
        migrations.RunPython(drop_default_groups, migrations.RunPython.noop),
    ]
